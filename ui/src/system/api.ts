import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, unwrap, writeHeaders } from '~/api/client'
import { keys } from '~/api/keys'

export function useSystem(options: { follow?: boolean } = {}) {
  return useQuery({
    queryKey: keys.system,
    queryFn: () => unwrap(api.GET('/system')),
    // Lag and uptime are no events of the lab: this page alone has to ask.
    refetchInterval: options.follow ? 3000 : false,
  })
}

export function useParked() {
  return useQuery({ queryKey: keys.parked, queryFn: () => unwrap(api.GET('/projections/parked')), refetchInterval: 10_000 })
}

export function useParkedAction() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ id, action }: { id: string; action: 'retry' | 'skip' }) =>
      unwrap(
        api.POST(`/projections/parked/{id}:${action}` as '/projections/parked/{id}:retry', {
          params: { path: { id }, header: writeHeaders() },
          body: {},
        }),
      ),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: keys.parked })
      void cache.invalidateQueries({ queryKey: keys.system })
    },
  })
}

export function useProcesses() {
  return useQuery({
    queryKey: [...keys.processes, 'parked'],
    queryFn: () => unwrap(api.GET('/processes', { params: { query: { state: 'parked' } } })),
  })
}

export function useResume() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.POST('/processes/{id}:resume', { params: { path: { id }, header: writeHeaders() }, body: {} })),
    onSuccess: () => void cache.invalidateQueries({ queryKey: keys.processes }),
  })
}

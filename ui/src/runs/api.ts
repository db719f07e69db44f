import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query'
import { api, unwrap, writeHeaders, type WriteOptions } from '~/api/client'
import { keys } from '~/api/keys'
import { momentQuery } from '~/api/moment'
import type { Run, VerbOf } from '~/api/types'
import { putEntity } from '~/live/apply'
import type { Values } from '~/shared/form/fields'

export function runsQuery(filter: { state?: string; q?: string }, asOf?: string) {
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value))
  return infiniteQueryOptions({
    queryKey: keys.list('runs', given, asOf),
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/runs', { params: { query: { ...given, ...momentQuery(asOf), limit: 50, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })
}
export function runQuery(id: string, asOf?: string) {
  return queryOptions({
    queryKey: keys.one('runs', id, asOf),
    queryFn: () => unwrap(api.GET('/runs/{id}', { params: { path: { id }, query: momentQuery(asOf) } })),
  })
}

export type RunVerb = VerbOf<'/runs'>

export function useRunCommands() {
  const cache = useQueryClient()
  const settle = (run: Run) => {
    putEntity(cache, 'runs', run)
    void cache.invalidateQueries({ queryKey: keys.histories('runs') })
    void cache.invalidateQueries({ queryKey: ['lab'] })
    return run
  }
  return {
    plan: async (values: Values, options?: WriteOptions) => {
      const run = await unwrap(api.POST('/runs', { params: { header: writeHeaders(options) }, body: values as never }))
      void cache.invalidateQueries({ queryKey: keys.lists('runs') })
      return run
    },
    verb: async (id: string, verb: RunVerb, body: Values = {}, options?: WriteOptions) =>
      settle(
        await unwrap(
          api.POST(`/runs/{id}:${verb}` as '/runs/{id}:validate', {
            params: { path: { id }, header: writeHeaders(options) },
            body: body as never,
          }),
        ),
      ),
  }
}

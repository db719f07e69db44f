import { useQuery } from '@tanstack/react-query'
import { api, unwrap } from '~/api/client'
import { keys } from '~/api/keys'
import { momentQuery } from '~/api/moment'
import type { Activity } from '~/api/types'

export function useLab(asOf?: string) {
  return useQuery({
    queryKey: keys.lab(asOf),
    queryFn: () => unwrap(api.GET('/lab', { params: { query: momentQuery(asOf) } })),
  })
}
export function useActivity(asOf?: string) {
  return useQuery({
    queryKey: [...keys.activity, asOf ?? 'now'],
    queryFn: async () => {
      const page = await unwrap(api.GET('/activity', { params: { query: { limit: 15, ...momentQuery(asOf) } } }))
      return page as { items: Activity[] }
    },
  })
}

import { useQuery } from '@tanstack/react-query'
import { api, unwrap } from '~/api/client'
import { keys } from '~/api/keys'
import type { Activity } from '~/api/types'

/** Both show the present: the node counts and lists nothing of the past here. */
export function useLab(enabled = true) {
  return useQuery({ queryKey: keys.lab, queryFn: () => unwrap(api.GET('/lab')), enabled })
}
export function useActivity() {
  return useQuery({
    queryKey: keys.activity,
    queryFn: async () => {
      const page = await unwrap(api.GET('/activity', { params: { query: { limit: 15 } } }))
      return page as { items: Activity[] }
    },
  })
}

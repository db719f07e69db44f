import { queryOptions, useQuery } from '@tanstack/react-query'
import { api, unwrap } from '~/api/client'
import { keys } from '~/api/keys'
import type { CloudEvent } from '~/api/types'

export interface EventFilter {
  types: string
  stream: string
}

/** The newest events before this page began to listen: the activity list names the positions. */
export function eventsQuery(filter: EventFilter, after: string | undefined) {
  return queryOptions({
    queryKey: [...keys.events, filter, after ?? 'start'],
    queryFn: async () => {
      const page = await unwrap(
        api.GET('/events', {
          params: {
            query: {
              limit: 100,
              ...(after ? { after } : {}),
              ...(filter.types ? { types: [filter.types] } : {}),
              ...(filter.stream ? { stream: filter.stream } : {}),
            },
          },
        }),
      )
      return page as { items: CloudEvent[]; position: string }
    },
    // What is written does not change; new events come by the stream.
    staleTime: Infinity,
  })
}

export function useVerify() {
  return useQuery({
    queryKey: ['audit', 'verify'],
    queryFn: () => unwrap(api.GET('/audit/verify')),
    enabled: false,
    gcTime: 0,
    retry: false,
  })
}

import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, unwrap } from './client'
import { keys, type Resource } from './keys'

type WithHistory = Exclude<Resource, 'notification-rules'>

const read = (resource: WithHistory, id: string, query: Record<string, string | number>) =>
  unwrap(
    api.GET(`/${resource}/{id}/history` as '/samples/{id}/history', {
      params: { path: { id }, query },
    }),
  )

/** Newest first, page by page. */
export function historyQuery(resource: WithHistory, id: string, asOf?: string) {
  return infiniteQueryOptions({
    queryKey: [...keys.history(resource, id), 'pages', asOf ?? 'now'],
    queryFn: ({ pageParam }) =>
      read(resource, id, {
        limit: 30,
        ...(pageParam ? { cursor: pageParam } : {}),
        ...(asOf ? { as_of: asOf } : {}),
      }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })
}

/** The moments a time slider stops at: the newest 500, oldest first, whatever moment the page shows. */
export function momentsQuery(resource: WithHistory, id: string) {
  return queryOptions({
    queryKey: [...keys.history(resource, id), 'moments'],
    queryFn: async () => {
      const { items } = await read(resource, id, { limit: 500, order: 'desc' })
      return items
        .map(({ event_id, recorded_at, summary }) => ({ event_id, recorded_at, summary }))
        .reverse()
    },
  })
}

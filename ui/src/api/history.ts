import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, unwrap } from './client'
import { keys, type Resource } from './keys'
import type { HistoryEntry } from './types'

type WithHistory = Exclude<Resource, 'notification-rules'>

const read = async (resource: WithHistory, id: string, query: Record<string, string | number>) => {
  const page = await unwrap(
    api.GET(`/${resource}/{id}/history` as '/samples/{id}/history', {
      params: { path: { id }, query },
    }),
  )
  return page as { items: HistoryEntry[]; next: string | null }
}

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

/** What happened since a version, newest first. */
export function sinceQuery(resource: WithHistory, id: string, version: number) {
  return queryOptions({
    queryKey: [resource, 'since', id, version],
    queryFn: async () => (await read(resource, id, { limit: 50 })).items.filter((entry) => entry.seq > version),
    staleTime: 0,
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

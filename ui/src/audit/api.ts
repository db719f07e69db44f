import { infiniteQueryOptions, queryOptions, useQuery } from '@tanstack/react-query'
import { api, unwrap } from '~/api/client'
import { keys } from '~/api/keys'
import { momentQuery } from '~/api/moment'
import type { Activity, CloudEvent } from '~/api/types'
import { newestPage, type Bounds, type ReadBetween } from './newest'

export interface EventFilter {
  types: string
  stream: string
}
const page_events = 100
const most_at_once = 500

async function readEvents({ types, stream }: EventFilter, asOf: string | undefined, limit: number, after?: string) {
  const query = {
    limit,
    ...momentQuery(asOf),
    ...(after ? { after } : {}),
    ...(types ? { types: [types] } : {}),
    ...(stream ? { stream } : {}),
  }
  const page = await unwrap(api.GET('/events', { params: { query } }))
  return page as { items: CloudEvent[]; position: string }
}

/** Events from the beginning on, in the order in which they were written. */
export function eventsQuery(filter: EventFilter, asOf: string | undefined, after: string | undefined) {
  return queryOptions({
    queryKey: [...keys.events, filter, asOf ?? 'now', after ?? 'start'],
    queryFn: () => readEvents(filter, asOf, page_events, after),
    // What is written does not change; new events come by the stream.
    staleTime: Infinity,
  })
}

const readBetween = (filter: EventFilter, asOf: string | undefined): ReadBetween => async (from, to) => {
  const read: CloudEvent[] = []
  for (let after = from.join('.'); ; ) {
    const { items, position } = await readEvents(filter, asOf, most_at_once, after)
    read.push(...items)
    after = position
    const reached = position.split('.').map(Number)
    if (items.length < most_at_once || to.every((end, partition) => (reached[partition] ?? 0) >= end)) return read
  }
}

export const newestKey = [...keys.events, 'newest']
/** The newest events and, page by page, older ones. The first page ends where the log ends when it is asked for. */
export function newestQuery(filter: EventFilter, asOf: string | undefined) {
  return infiniteQueryOptions({
    queryKey: [...newestKey, filter, asOf ?? 'now'],
    queryFn: async ({ pageParam }) => {
      const { partitions } = await unwrap(api.GET('/system'))
      const ends = [...partitions].sort((a, b) => a.partition - b.partition).map(({ end }) => end)
      return newestPage(pageParam ?? ends, page_events, readBetween(filter, asOf))
    },
    initialPageParam: null as Bounds | null,
    getNextPageParam: ({ next }) => next,
    staleTime: Infinity,
    gcTime: 0,
  })
}

/** The latest that a copy without a log still knows of the whole laboratory. */
export function latestQuery() {
  return queryOptions({
    queryKey: [...keys.activity, 'latest'],
    queryFn: async () => (await unwrap(api.GET('/activity', { params: { query: { limit: most_at_once } } }))) as { items: Activity[] },
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

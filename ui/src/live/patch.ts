// Pure changes to what the caches hold. Rows keep their place: nothing moves under a person's hand.
import type { InfiniteData } from '@tanstack/react-query'
import type { CloudEvent, Run, Sample } from '~/api/types'

export interface Page<T> {
  items: T[]
  next?: string | null
}
export type Pages<T> = InfiniteData<Page<T>, string>

/** The newer of two readings of one entity; a late answer never overwrites a newer one. */
export function newer<T extends { version: number }>(held: T, read: T): T {
  return read.version >= held.version ? read : held
}

export function patchPages<T extends { id: string; version: number }>(
  pages: Pages<T> | undefined,
  read: T,
): Pages<T> | undefined {
  if (!pages?.pages.some((page) => page.items.some((item) => item.id === read.id))) return pages
  return {
    ...pages,
    pages: pages.pages.map((page) =>
      page.items.some((item) => item.id === read.id)
        ? { ...page, items: page.items.map((item) => (item.id === read.id ? newer(item, read) : item)) }
        : page,
    ),
  }
}

/** `tracseq.tube_placed.v1` → `tube_placed`. */
export function eventName(type: string): string {
  return type.replace(/^tracseq\./, '').replace(/\.v\d+$/, '')
}

const sampleStates: Record<string, Sample['state']> = {
  sample_received: 'received',
  sample_accepted: 'accepted',
  sample_rejected: 'rejected',
  tube_placed: 'in_storage',
  sample_held: 'on_hold',
  sample_discarded: 'discarded',
  sample_archived: 'archived',
}
const runStates: Record<string, Run['state']> = {
  run_validated: 'validated',
  run_queued: 'queued',
  run_started: 'running',
  run_completed: 'completed',
  run_failed: 'failed',
  run_aborted: 'aborted',
  run_held: 'on_hold',
}

/** The state an event alone tells, before the whole entity has been read again. */
export function stateTold(event: Pick<CloudEvent, 'type'>): string | undefined {
  const name = eventName(event.type)
  return sampleStates[name] ?? runStates[name]
}

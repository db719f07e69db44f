// What each event means for the caches of this page.
import type { QueryClient } from '@tanstack/react-query'
import { api, unwrap } from '~/api/client'
import { keys, resourceOf, type Resource } from '~/api/keys'
import type { CloudEvent, Run, Sample, StorageUnit } from '~/api/types'
import { eventName, newer, patchPages, stateTold, type Pages } from './patch'
import { noteRegistered } from './status'

type Entity = Sample | Run | StorageUnit
const readers: Partial<Record<Resource, (id: string) => Promise<Entity>>> = {
  samples: (id) => unwrap(api.GET('/samples/{id}', { params: { path: { id } } })),
  runs: (id) => unwrap(api.GET('/runs/{id}', { params: { path: { id } } })),
  'storage-units': (id) => unwrap(api.GET('/storage-units/{id}', { params: { path: { id } } })),
}

/** Above this many changed entities at once (an import), lists are read again instead of row by row. */
const rowByRow_max = 12
/** A lone event is shown at once; a flood of them is gathered, so that lists are not read without end. */
const settle_ms = 40
const flood_ms = 450

export function putEntity(cache: QueryClient, resource: Resource, read: Entity) {
  cache.setQueriesData<Entity>(
    { queryKey: keys.ones(resource), predicate: ({ queryKey }) => queryKey[3] === 'now' },
    (held) => (held?.id === read.id ? newer(held as Entity, read) : held),
  )
  cache.setQueriesData<Pages<Entity>>(
    { queryKey: keys.lists(resource), predicate: ({ queryKey }) => queryKey[3] === 'now' },
    (pages) => (pages && 'pages' in pages ? patchPages(pages, read) : pages),
  )
}

function isShown(cache: QueryClient, resource: Resource, id: string): boolean {
  const ones = cache.getQueriesData<Entity>({ queryKey: keys.ones(resource), type: 'active' })
  if (ones.some(([, held]) => held?.id === id)) return true
  const lists = cache.getQueriesData<Pages<Entity>>({ queryKey: keys.lists(resource), type: 'active' })
  return lists.some(([, held]) => held?.pages?.some((page) => page.items.some((item) => item.id === id)))
}

export class EventApplier {
  private readonly cache: QueryClient
  private readonly waiting = new Map<string, { resource: Resource; id: string }>()
  private readonly dirty = new Set<string>()
  private timer: ReturnType<typeof setTimeout> | undefined
  private settledAt = -Infinity

  constructor(cache: QueryClient) {
    this.cache = cache
  }

  apply(events: CloudEvent[]) {
    for (const event of events) this.take(event)
    const wait_ms = performance.now() - this.settledAt < flood_ms ? flood_ms : settle_ms
    this.timer ??= setTimeout(() => {
      this.timer = undefined
      this.settledAt = performance.now()
      void this.settle()
    }, wait_ms)
  }

  private take(event: CloudEvent) {
    const name = eventName(event.type)
    const kind = event.subject.split('/')[0]
    this.dirty.add('lab').add('activity')
    if (kind === 'delivery') this.dirty.add('inbox').add('deliveries')
    if (kind === 'import') this.dirty.add('imports')
    if (kind === 'notification_rule') this.dirty.add('notification-rules')
    if (kind === 'import' || kind === 'move' || kind === 'discard') this.dirty.add('processes')
    if (kind === 'storage_unit') this.dirty.add('storage-units')
    if (name === 'sample_registered') noteRegistered(event.subject.slice('sample/'.length))
    if (name === 'run_planned') this.dirty.add('runs')
    const target = resourceOf(event.subject)
    if (!target) return
    this.waiting.set(event.subject, target)
    const told = stateTold(event)
    if (told) this.tellState(target, told)
  }

  private tellState({ resource, id }: { resource: Resource; id: string }, state: string) {
    this.cache.setQueriesData<Entity>(
      { queryKey: keys.ones(resource), predicate: ({ queryKey }) => queryKey[3] === 'now' },
      (held) => (held?.id === id ? ({ ...held, state } as Entity) : held),
    )
  }

  private async settle() {
    const targets = [...this.waiting.values()]
    const roots = [...this.dirty]
    this.waiting.clear()
    this.dirty.clear()
    for (const root of roots) void this.cache.invalidateQueries({ queryKey: [root] })
    for (const { resource, id } of targets)
      void this.cache.invalidateQueries({
        queryKey: keys.histories(resource),
        predicate: ({ queryKey }) => queryKey[2] === id || this.aliasOf(resource, String(queryKey[2])) === id,
      })
    const shown = targets.filter(({ resource, id }) => readers[resource] && isShown(this.cache, resource, id))
    if (shown.length > rowByRow_max) {
      for (const resource of new Set(shown.map((one) => one.resource)))
        void this.cache.invalidateQueries({ queryKey: [resource] })
      return
    }
    await Promise.all(
      shown.map(async ({ resource, id }) => {
        try {
          const read = await readers[resource]?.(id)
          if (read) putEntity(this.cache, resource, read)
        } catch {
          void this.cache.invalidateQueries({ queryKey: keys.ones(resource) })
        }
      }),
    )
  }

  /** Pages may be open under a barcode; the events speak of ids. */
  private aliasOf(resource: Resource, name: string): string | undefined {
    return this.cache.getQueryData<Entity>(keys.one(resource, name, undefined))?.id
  }
}

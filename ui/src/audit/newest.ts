// Newest events first, of a log that is read forwards. Each partition has its own order; what is newest is known only
// as far back as every partition has been read.
import type { CloudEvent } from '~/api/types'

/** Next offset of each partition: events before it are older. */
export type Bounds = readonly number[]
/** All events from one position up to, but not with, another. */
export type ReadBetween = (from: Bounds, to: Bounds) => Promise<CloudEvent[]>
export interface NewestPage {
  items: CloudEvent[]
  /** Where the next page ends; null when this one reaches the beginning. */
  next: Bounds | null
}
interface Placed {
  event: CloudEvent
  partition: number
  offset: number
  index: number
  /** Never later than what stands behind it in its partition, whatever the clock did. */
  at: string
}

/** `7-445-0` is partition, offset and place in its record. */
function place(event: CloudEvent): Placed {
  const [partition = 0, offset = 0, index = 0] = event.id.split('-').map(Number)
  return { event, partition, offset, index, at: event.time }
}
const newestFirst = (a: Placed, b: Placed) =>
  b.at.localeCompare(a.at) || a.partition - b.partition || b.offset - a.offset || b.index - a.index

/** How far back each partition is known: the time of the oldest event read of it. */
function arrange(events: readonly CloudEvent[], to: Bounds) {
  const oldest = new Map<number, string>()
  const placed = events
    .map(place)
    .filter(({ partition, offset }) => offset < (to[partition] ?? 0))
    .sort((a, b) => b.offset - a.offset || b.index - a.index)
  for (const one of placed) {
    const later = oldest.get(one.partition)
    if (later !== undefined && later < one.at) one.at = later
    oldest.set(one.partition, one.at)
  }
  return { placed: placed.sort(newestFirst), oldest }
}

export async function newestPage(to: Bounds, wanted: number, read: ReadBetween): Promise<NewestPage> {
  for (let depth = Math.ceil((2 * wanted) / Math.max(1, to.length)); ; depth *= 4) {
    const from = to.map((end) => Math.max(0, end - depth))
    const { placed, oldest } = arrange(await read(from, to), to)
    const unread = from.flatMap((start, partition) => (start > 0 ? [partition] : []))
    // Of a partition whose last records tell nothing (each start of a node leaves one), nothing is known yet.
    if (unread.some((partition) => !oldest.has(partition))) continue
    const known = unread.map((partition) => oldest.get(partition) ?? '').sort().at(-1) ?? ''
    const sure = placed.filter(({ at }) => at >= known)
    if (sure.length < wanted && unread.length > 0) continue
    const last = sure[Math.min(wanted, sure.length) - 1]
    if (!last) return { items: [], next: null }
    // A record is shown whole.
    const shown = sure.filter((one, index) => index < wanted || (one.partition === last.partition && one.offset === last.offset))
    const next = to.map((end, partition) => Math.min(end, ...shown.filter((one) => one.partition === partition).map(({ offset }) => offset)))
    return { items: shown.map(({ event }) => event), next: shown.length === placed.length && unread.length === 0 ? null : next }
  }
}

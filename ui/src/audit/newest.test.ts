import { describe, expect, it } from 'vitest'
import type { CloudEvent } from '~/api/types'
import { newestPage, type Bounds, type ReadBetween } from './newest'

const event = (partition: number, offset: number, second: number, index = 0): CloudEvent => ({
  id: `${partition}-${offset}-${index}`,
  type: 'tracseq.sample_received.v1',
  subject: 'sample/1',
  time: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
})

/** A log of some partitions, read as the server does: it may go on beyond what was asked. */
function log(events: readonly CloudEvent[], partitions: number) {
  const offsetOf = ({ id }: CloudEvent) => id.split('-').map(Number) as [number, number, number]
  const ends = Array.from({ length: partitions }, (_, partition) => Math.max(1, ...events.map(offsetOf).filter(([of]) => of === partition).map(([, offset]) => offset + 1)))
  const read: ReadBetween = (from) => Promise.resolve(events.filter((one) => offsetOf(one)[1] >= (from[offsetOf(one)[0]] ?? 0)))
  return { ends, read }
}
async function walk(ends: Bounds, wanted: number, read: ReadBetween) {
  const pages: string[][] = []
  for (let to: Bounds | null = ends; to; ) {
    const page = await newestPage(to, wanted, read)
    pages.push(page.items.map(({ id }) => id))
    to = page.next
  }
  return pages
}

describe('newest first', () => {
  // One partition is far busier than the others, and offset 0 is a claim.
  const events = Array.from({ length: 400 }, (_, second) => {
    const partition = second % 10 === 0 ? 1 : second === 7 ? 2 : 0
    return { partition, second }
  }).reduce<{ next: number[]; all: CloudEvent[] }>(
    ({ next, all }, { partition, second }) => {
      all.push(event(partition, next[partition] ?? 1, second))
      next[partition] = (next[partition] ?? 1) + 1
      return { next, all }
    },
    { next: [1, 1, 1], all: [] },
  ).all
  const { ends, read } = log(events, 3)
  const expected = [...events].reverse().map(({ id }) => id)

  it('begins with the very newest', async () => {
    const { items } = await newestPage(ends, 100, read)
    expect(items.map(({ id }) => id)).toEqual(expected.slice(0, 100))
  })
  it('goes back page by page to the beginning, and leaves nothing out', async () => {
    const pages = await walk(ends, 30, read)
    expect(pages.flat()).toEqual(expected)
    expect(pages.every((page) => page.length >= 30 || page === pages.at(-1))).toBe(true)
  })
  it('shows a record whole', async () => {
    const all = [event(0, 1, 1), event(0, 2, 2, 0), event(0, 2, 2, 1), event(0, 2, 2, 2)]
    const one = log(all, 1)
    expect((await walk(one.ends, 1, one.read))).toEqual([['0-2-2', '0-2-1', '0-2-0'], ['0-1-0']])
  })
  it('looks behind records that tell nothing', async () => {
    const all = [event(0, 1, 1), event(1, 1, 2)]
    const { read: of } = log(all, 2)
    expect((await walk([2, 300], 2, of)).flat()).toEqual(['1-1-0', '0-1-0'])
  })
  it('loses nothing when the clock was put back', async () => {
    const all = [event(0, 1, 50), event(0, 2, 10), event(0, 3, 60), event(1, 1, 20), event(1, 2, 55)]
    const some = log(all, 2)
    expect((await walk(some.ends, 1, some.read)).flat().sort()).toEqual(all.map(({ id }) => id).sort())
  })
  it('of an empty laboratory is nothing', async () => {
    expect(await newestPage([1, 1], 100, () => Promise.resolve([]))).toEqual({ items: [], next: null })
    expect(await newestPage([], 100, () => Promise.resolve([]))).toEqual({ items: [], next: null })
  })
})

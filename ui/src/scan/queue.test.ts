import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem, unreachable } from '~/api/problem'
import { ScanQueue, type Outcome, type ScanItem, type Send } from './queue'

class Shelf implements Storage {
  private readonly held = new Map<string, string>()
  get length() { return this.held.size }
  clear() { this.held.clear() }
  getItem(key: string) { return this.held.get(key) ?? null }
  key() { return null }
  removeItem(key: string) { this.held.delete(key) }
  setItem(key: string, value: string) { this.held.set(key, value) }
}
const done = (item: ScanItem): Outcome => ({ kind: 'done', words: 'Done', name: item.label, before: null })
const quiet = () => undefined
const place = (label: string) => ({ verb: 'place' as const, label, unit: 'box' })

describe('ScanQueue', () => {
  let shelf: Shelf
  beforeEach(() => {
    shelf = new Shelf()
    vi.useFakeTimers()
  })

  it('sends in the order of the scans, one at a time', async () => {
    const sent: string[] = []
    let open = 0
    const queue = new ScanQueue(async (item) => {
      expect(++open).toBe(1)
      await Promise.resolve()
      sent.push(item.label)
      open -= 1
      return done(item)
    }, quiet, shelf)
    for (const label of ['A', 'B', 'C']) queue.add(place(label))
    await vi.runAllTimersAsync()
    expect(sent).toEqual(['A', 'B', 'C'])
    expect(queue.all().map((item) => item.status)).toEqual(['done', 'done', 'done'])
  })
  it('gives every scan a key of its own and keeps it through retries', async () => {
    const keys: string[] = []
    let broken = true
    const send: Send = async (item) => {
      keys.push(item.key)
      if (broken) throw unreachable()
      return done(item)
    }
    const queue = new ScanQueue(send, quiet, shelf)
    queue.add(place('A'))
    queue.add(place('B'))
    await vi.advanceTimersByTimeAsync(10)
    expect(queue.all().every((item) => item.status === 'waiting')).toBe(true)
    broken = false
    await vi.advanceTimersByTimeAsync(2500)
    const [a, retried, b] = keys
    expect(retried).toBe(a)
    expect(b).not.toBe(a)
    expect(queue.all().every((item) => item.status === 'done')).toBe(true)
  })
  it('keeps what was noted before the first send, also through a closed page', async () => {
    const before = { unit_id: 'other', slot: 'C3', unit_label: 'Box B' }
    const first = new ScanQueue((_, note) => {
      note({ before })
      return Promise.reject(unreachable('unanswered'))
    }, quiet, shelf)
    first.add(place('A'))
    await vi.advanceTimersByTimeAsync(10)
    first.stop()
    const seen: unknown[] = []
    await new ScanQueue(async (item) => { seen.push(item.before); return done(item) }, quiet, shelf).run()
    expect(seen).toEqual([before])
  })
  it('does not knock for somebody who is signed out, and goes on when it is asked to', async () => {
    const keys: string[] = []
    const queue = new ScanQueue(async (item) => {
      keys.push(item.key)
      if (keys.length === 1) throw new Problem({ status: 401, code: 'unauthenticated', detail: 'Sign in.' })
      return done(item)
    }, quiet, shelf)
    queue.add(place('A'))
    await vi.advanceTimersByTimeAsync(10_000)
    expect(keys).toHaveLength(1)
    await queue.run()
    expect(queue.all()[0]?.status).toBe('done')
  })
  it('survives a closed page', async () => {
    const first = new ScanQueue(() => Promise.reject(unreachable()), quiet, shelf)
    const { key } = first.add(place('A'))
    await vi.advanceTimersByTimeAsync(10)
    first.stop()
    const sent: string[] = []
    const second = new ScanQueue(async (item) => { sent.push(item.key); return done(item) }, quiet, shelf)
    await second.run()
    expect(sent).toEqual([key])
  })
  it('asks again for what is still under way, and sends nothing past it', async () => {
    const sent: string[] = []
    let slow = true
    const queue = new ScanQueue(async (item) => {
      sent.push(item.key)
      if (slow) throw new Problem({ status: 202, code: 'under_way', detail: 'It goes on by itself.' })
      return done(item)
    }, quiet, shelf)
    const a = queue.add(place('A'))
    const b = queue.add(place('B'))
    await vi.advanceTimersByTimeAsync(10)
    expect(queue.all().map((item) => item.status)).toEqual(['waiting', 'waiting'])
    expect(queue.all()[0]?.words).toBe('It goes on by itself.')
    slow = false
    await vi.advanceTimersByTimeAsync(2500)
    expect(sent).toEqual([a.key, a.key, b.key])
  })
  it('goes on behind a refusal and says why', async () => {
    const told: string[] = []
    const queue = new ScanQueue(async (item) => {
      if (item.label === 'A') throw new Problem({ status: 409, code: 'slot_taken', detail: 'A1 is taken by gut-01.' })
      return done(item)
    }, (item) => told.push(item.words), shelf)
    queue.add(place('A'))
    queue.add(place('B'))
    await vi.runAllTimersAsync()
    expect(queue.all().map((item) => item.status)).toEqual(['refused', 'done'])
    expect(told).toEqual(['A1 is taken by gut-01.', 'Done'])
  })
  it('sends a confirmed question again under its own key', async () => {
    const sent: [string, boolean][] = []
    const queue = new ScanQueue(async (item) => {
      sent.push([item.key, item.confirmed])
      return item.confirmed ? done(item) : { kind: 'asks', words: 'Wrong place', name: item.label, expected: 'Box 1 A1', found: 'Box 2 A1' }
    }, quiet, shelf)
    const { key } = queue.add(place('A'))
    await vi.runAllTimersAsync()
    expect(queue.all()[0]?.expected).toBe('Box 1 A1')
    queue.confirm(key)
    await vi.runAllTimersAsync()
    expect(sent).toEqual([[key, false], [key, true]])
    expect(queue.all()[0]?.status).toBe('done')
  })
  it('leaves what another page keeps in the store', async () => {
    const opened = () => new ScanQueue(() => Promise.reject(unreachable()), quiet, shelf)
    const [one, other] = [opened(), opened()]
    one.add(place('A'))
    other.add(place('B'))
    one.add(place('C'))
    await vi.advanceTimersByTimeAsync(10)
    one.stop()
    other.stop()
    expect(opened().all().map((item) => item.label).sort()).toEqual(['A', 'B', 'C'])
  })
  it('begins empty when what was kept cannot be read', () => {
    shelf.setItem('tracseq.scans', '[{"key":1}]')
    expect(new ScanQueue(() => Promise.reject(unreachable()), quiet, shelf).all()).toEqual([])
    shelf.setItem('tracseq.scans', 'no json')
    expect(new ScanQueue(() => Promise.reject(unreachable()), quiet, shelf).all()).toEqual([])
  })
  it('never forgets what still waits', async () => {
    const queue = new ScanQueue((item) => (item.label === 'B' ? Promise.reject(unreachable()) : Promise.resolve(done(item))), quiet, shelf)
    queue.add(place('A'))
    queue.add(place('B'))
    await vi.advanceTimersByTimeAsync(10)
    queue.forget()
    expect(queue.all().map((item) => item.label)).toEqual(['B'])
    queue.stop()
  })
})

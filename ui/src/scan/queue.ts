// Scans on their way. Each has its own key and outlives a lost network and a closed page: what was
// scanned is sent once the server answers, in the order of the scans, and never twice.
import * as z from 'zod/mini'
import { asProblem } from '~/api/problem'
import { randomUuid } from '~/api/uuid'

const place = z.object({ unit_id: z.string(), slot: z.string(), unit_label: z.string() })
export type Place = z.infer<typeof place>

const item = z.object({
  key: z.string(),
  at: z.number(),
  verb: z.enum(['place', 'take-out', 'receive', 'check']),
  label: z.string(),
  name: z.optional(z.string()),
  unit: z.optional(z.string()),
  unit_name: z.optional(z.string()),
  slot: z.optional(z.string()),
  purpose: z.optional(z.string()),
  reason: z.optional(z.string()),
  confirmed: z.boolean(),
  status: z.enum(['waiting', 'asks', 'done', 'refused', 'undone', 'left']),
  words: z.string(),
  expected: z.optional(z.string()),
  found: z.optional(z.string()),
  before: z.optional(z.nullable(place)),
})
export type ScanItem = z.infer<typeof item>

export type Outcome =
  | { kind: 'done'; words: string; name: string; before: Place | null; slot?: string }
  | { kind: 'asks'; words: string; name: string; expected: string; found: string }

/** Sends a scan. What was seen before the first send is noted: a repeat finds its own change and cannot see it any more. */
export type Send = (item: ScanItem, note: (part: Pick<ScanItem, 'before'>) => void) => Promise<Outcome>
export type Tell = (item: ScanItem) => void

const storageKey = 'tracseq.scans'
const kept_max = 200
const wait_ms = 2000

function read(store: Storage): ScanItem[] {
  try {
    const parsed = z.safeParse(z.array(item), JSON.parse(store.getItem(storageKey) ?? '[]'))
    return parsed.success ? parsed.data : []
  } catch {
    return []
  }
}

const open = (one: ScanItem) => one.status === 'waiting' || one.status === 'asks'
/** The newest, and all that is not settled. */
const bounded = (items: readonly ScanItem[]) => (items.length > kept_max ? items.filter((one, index) => index >= items.length - kept_max || open(one)) : items)

export class ScanQueue {
  private items: readonly ScanItem[]
  private sending = false
  private timer: ReturnType<typeof setTimeout> | undefined
  private readonly listeners = new Set<() => void>()
  private readonly send: Send
  private readonly tell: Tell
  private readonly store: Storage
  /** Every scan that was ever held here; what else the store keeps is of another page. */
  private readonly mine: Set<string>

  constructor(send: Send, tell: Tell, store: Storage = localStorage) {
    this.send = send
    this.tell = tell
    this.store = store
    this.items = read(store)
    this.mine = new Set(this.items.map((one) => one.key))
  }

  readonly all = () => this.items
  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  add(scan: Pick<ScanItem, 'verb' | 'label'> & Partial<ScanItem>): ScanItem {
    const made: ScanItem = { key: randomUuid(), at: Date.now(), confirmed: false, status: 'waiting', words: 'On its way', ...scan }
    this.mine.add(made.key)
    this.keep([...this.items, made])
    void this.run()
    return made
  }

  /** Yes to the question of a scan: sent again under its own key. */
  confirm(key: string) {
    this.change(key, { confirmed: true, status: 'waiting', words: 'On its way' })
    void this.run()
  }
  change(key: string, part: Partial<ScanItem>) {
    this.keep(this.items.map((one) => (one.key === key ? { ...one, ...part } : one)))
  }
  forget() {
    this.keep(this.items.filter(open))
  }

  /** Sends what waits, one after another. A lost network leaves it waiting and tries again. */
  async run(): Promise<void> {
    if (this.sending) return
    this.sending = true
    clearTimeout(this.timer)
    try {
      for (let next = this.waiting(); next; next = this.waiting()) {
        const { key } = next
        try {
          this.settle(key, await this.send(next, (part) => this.change(key, part)))
        } catch (error) {
          const problem = asProblem(error)
          // What goes on by itself is asked for again under its key: the next tube must not get its place meanwhile.
          const underWay = problem.status === 202
          if (problem.retryable || problem.status === 401 || underWay) {
            this.change(key, { words: underWay ? problem.message : 'Waits for the server. It is kept in this browser.' })
            // Who is signed out is asked to sign in, which opens the station anew: nothing changes by trying until then.
            if (problem.status !== 401) this.timer = setTimeout(() => void this.run(), wait_ms)
            return
          }
          const why = problem.fields.map((field) => field.detail).filter((text) => text !== problem.message)
          this.change(key, { status: 'refused', words: [problem.message, ...why].join(' ') })
          this.announce(key)
        }
      }
    } finally {
      this.sending = false
    }
  }
  stop() {
    clearTimeout(this.timer)
  }

  private waiting() {
    return this.items.find((one) => one.status === 'waiting')
  }
  private settle(key: string, outcome: Outcome) {
    const { kind, words, name } = outcome
    if (kind === 'asks') this.change(key, { status: 'asks', words, name, expected: outcome.expected, found: outcome.found })
    else this.change(key, { status: 'done', words, name, before: outcome.before, ...(outcome.slot ? { slot: outcome.slot } : {}), expected: undefined, found: undefined })
    this.announce(key)
  }
  private announce(key: string) {
    const one = this.items.find((held) => held.key === key)
    if (one) this.tell(one)
  }
  private keep(items: readonly ScanItem[]) {
    this.items = bounded(items)
    const others = read(this.store).filter((one) => !this.mine.has(one.key))
    try {
      this.store.setItem(storageKey, JSON.stringify(bounded([...others, ...items])))
    } catch {
      // A full or blocked store: the queue still works while this page is open.
    }
    for (const listener of this.listeners) listener()
  }
}

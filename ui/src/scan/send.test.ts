import { beforeEach, describe, expect, it, vi } from 'vitest'
import { asProblem, unreachable } from '~/api/problem'
import type { ScanItem } from './queue'
import { compensation, sendScan } from './send'

const unit_id = '0192aaaa-0000-7000-8000-00000000000a'
const other_id = '0192aaaa-0000-7000-8000-00000000000b'
type At = { unit_id: string; slot: string; unit_label: string } | null

/** A laboratory of one tube and two boxes. */
const lab = vi.hoisted(() => ({ at: null as unknown, lost: 0, posts: [] as { verb: string; key: string; body: Record<string, unknown> }[] }))
const boxes: Record<string, { id: string; name: string }> = {
  [unit_id]: { id: unit_id, name: 'Box A' }, 'BOX-A': { id: unit_id, name: 'Box A' },
  [other_id]: { id: other_id, name: 'Box B' }, 'BOX-B': { id: other_id, name: 'Box B' },
}
vi.mock('~/api/client', async (original) => ({
  ...(await original<typeof import('~/api/client')>()),
  unwrap: (answer: Promise<unknown>) => answer,
  api: {
    GET: async (path: string, { params }: { params: { path: { id: string } } }) =>
      path.startsWith('/storage-units') ? boxes[params.path.id] : { id: 'tube', name: 'gut-01', state: 'accepted', place: lab.at },
    POST: async (path: string, { params, body }: { params: { header: Record<string, string> }; body: Record<string, string> }) => {
      const key = params.header['Idempotency-Key'] ?? ''
      const verb = path.split(':')[1] ?? ''
      if (!lab.posts.some((one) => one.key === key)) {
        if (verb === 'take-out') lab.at = null
        if (verb === 'place') lab.at = { unit_id: body.unit, slot: body.slot ?? 'A1', unit_label: boxes[body.unit ?? '']?.name }
      }
      lab.posts.push({ verb, key, body })
      if (lab.lost-- > 0) throw unreachable('unanswered')
      return { id: 'tube', name: 'gut-01', state: 'accepted', place: lab.at }
    },
  },
}))

const scanned = (part: Partial<ScanItem>): ScanItem => ({ key: 'k', at: 0, verb: 'place', label: 'TUBE', confirmed: false, status: 'waiting', words: '', ...part })
const stands = (unit: string, slot: string): At => ({ unit_id: unit, slot, unit_label: boxes[unit]?.name ?? '' })

/** As the queue does: again, with what was noted, for as long as answers are lost. */
async function send(item: ScanItem) {
  for (;;) {
    try {
      const outcome = await sendScan(item, (part) => Object.assign(item, part))
      return { outcome, back: outcome.kind === 'done' ? compensation({ ...item, before: outcome.before }) : null }
    } catch (error) {
      if (asProblem(error).code !== 'unanswered') throw error
    }
  }
}

describe('a scan whose answer was lost', () => {
  beforeEach(() => Object.assign(lab, { at: null, lost: 1, posts: [] }))

  it('is taken back to where the tube was before it', async () => {
    lab.at = stands(other_id, 'C3')
    const { outcome, back } = await send(scanned({ unit: unit_id, slot: 'A1', confirmed: true }))
    expect(outcome).toMatchObject({ kind: 'done', words: 'gut-01 stands at Box A A1.' })
    expect(back).toMatchObject({ verb: 'place', unit: other_id, slot: 'C3' })
    expect(lab.posts.map((one) => one.key)).toEqual(['k', 'k'])
    expect(lab.posts[1]?.body).toEqual(lab.posts[0]?.body)
  })
  it('of a tube that stood nowhere is taken back by taking it out', async () => {
    expect((await send(scanned({ unit: unit_id, slot: 'A1' }))).back).toMatchObject({ verb: 'take-out' })
  })
  it('says from where a tube was taken, and puts it back there', async () => {
    lab.at = stands(other_id, 'C3')
    const { outcome, back } = await send(scanned({ verb: 'take-out' }))
    expect(outcome.words).toBe('gut-01 is taken out of Box B C3.')
    expect(back).toMatchObject({ verb: 'place', unit: other_id, slot: 'C3' })
  })
  it('asks when it never arrived and somebody else has put the tube elsewhere since', async () => {
    lab.at = stands(other_id, 'C3')
    const { outcome } = await send(scanned({ unit: unit_id, slot: 'A1', before: null }))
    expect(outcome).toMatchObject({ kind: 'asks', expected: 'Box B C3' })
    expect(lab.posts).toEqual([])
  })
  it('of a confirmed check is taken back too', async () => {
    lab.at = stands(other_id, 'C3')
    const { outcome, back } = await send(scanned({ verb: 'check', unit: unit_id, confirmed: true }))
    expect(outcome.words).toBe('gut-01 stands at Box A A1.')
    expect(back).toMatchObject({ verb: 'place', unit: other_id, slot: 'C3' })
  })
})

describe('a box that was scanned without network', () => {
  beforeEach(() => Object.assign(lab, { at: null, lost: 0, posts: [] }))
  const offline = { unit: 'BOX-A', unit_name: 'BOX-A' }

  it('is known by its label: a tube that stands in it is where it should be', async () => {
    lab.at = stands(unit_id, 'C3')
    const checked = await send(scanned({ verb: 'check', ...offline }))
    expect(checked.outcome).toMatchObject({ kind: 'done', words: 'gut-01 is where it should be: Box A C3.' })
    const placed = await send(scanned(offline))
    expect(placed.outcome).toMatchObject({ kind: 'done', words: 'gut-01 stands at Box A C3 already.' })
    expect(lab.posts).toEqual([])
  })
  it('asks about a tube of another box, and takes it by its id', async () => {
    lab.at = stands(other_id, 'C3')
    expect((await send(scanned(offline))).outcome).toMatchObject({ kind: 'asks', expected: 'Box B C3', found: 'BOX-A' })
    await send(scanned({ ...offline, confirmed: true }))
    expect(lab.posts.map((one) => one.body)).toEqual([{ unit: unit_id }])
  })
})

import { expect, it } from 'vitest'
import type { Cluster, ClusterNode } from '~/api/types'
import { answeredBy, changesBetween, movedBetween, newsIn } from './changes'
import { clockWords, listed, marksFor, pageOf, rangesOf, stateOf } from './nodes'
import { troublesOf } from './troubles'

const at = '2026-11-24T09:30:00.000000Z'
const node = (name: string, more: Partial<ClusterNode> = {}): ClusterNode => ({
  name, boot_id: `boot of ${name}`, state: 'reachable', version: '1.0', address: `${name}.lab:8090`, http: `${name}.lab:8089`, roles: 'shards http notifications',
  started: '2026-11-24T09:00:00Z', ready: true, trouble: '', leaving: false, partitions: [], lag: 0, clock_ahead_s: 0, heard_at: at, warnings: [], ...more,
})
/** Owners by partition; "" is nobody. */
const view = (nodes: ClusterNode[], owners: string[], more: Partial<Cluster> = {}): Cluster => ({
  clustered: true, node: nodes[0]?.name ?? '', at, nodes, warnings: [],
  partitions: owners.map((owner, partition) => ({
    partition, owner, boot_id: owner && `boot of ${owner}`, claim: owner ? 1 : 0, since: owner ? at : null, commits: 0, lag: 0,
    state: owner === '' ? 'unowned' : nodes.find(({ name }) => name === owner)?.state === 'unreachable' ? 'unreachable' : 'open',
  })),
  ...more,
})
const [a, b, c] = [node('node-1', { state: 'here', heard_at: null }), node('node-2'), node('node-3')]
const lost = { state: 'unreachable', ready: false, trouble: 'it does not answer: Connection refused' } as const

it('has one word for what a node does', () => {
  expect(stateOf(a)).toBe('ready')
  expect(stateOf(node('n', { ready: false }))).toBe('starting')
  expect(stateOf(node('n', { ready: false, trouble: 'the log does not answer' }))).toBe('not ready')
  expect(stateOf(node('n', { leaving: true }))).toBe('stopping')
  expect(stateOf(node('n', lost))).toBe('unreachable')
  expect(stateOf(node('n', { ...lost, leaving: true }))).toBe('stopped')
})

it('says numbers as ranges, and how many there are where they are many', () => {
  expect(rangesOf([])).toBe('')
  expect(rangesOf([0, 1, 2, 3, 7, 9, 10])).toBe('0–3, 7, 9, 10')
  expect(rangesOf([0, 2, 4, 6, 8], 3)).toBe('0, 2, 4, … (5 in all)')
  expect(rangesOf(Array.from({ length: 1024 }, (_, one) => one), 3)).toBe('0–1023')
})

it('tells nodes apart by what their names do not share', () => {
  expect([...marksFor(['node-1', 'node-2', 'node-12']).values()]).toEqual(['1', '12', '2'])
  expect([...marksFor(['lab-east', 'lab-west']).values()]).toEqual(['EA', 'WE'])
  expect([...marksFor(['alpha', 'alphabet']).values()]).toEqual(['A', 'B'])
  expect([...marksFor(['only']).values()]).toEqual(['O'])
  expect(new Set(marksFor(Array.from({ length: 40 }, (_, one) => `x-same${one < 10 ? 'q' : 'r'}${one}`)).values()).size).toBe(40)
})

it('links to a page only where this browser can open it', () => {
  const here = { protocol: 'http:', hostname: '127.0.0.1' }
  const far = { protocol: 'http:', hostname: '10.0.0.1' }
  expect(pageOf(node('n', { http: '127.0.0.1:8082' }), here)).toBe('http://127.0.0.1:8082')
  expect(pageOf(node('n', { http: '127.0.0.1:8082' }), far)).toBeNull()
  expect(pageOf(node('n', { http: '10.0.0.2:8082' }), far)).toBe('http://10.0.0.2:8082')
  expect(pageOf(node('n', { http: '0.0.0.0:8082', address: '10.0.0.3:8090' }), far)).toBe('http://10.0.0.3:8082')
  expect(pageOf(node('n', { http: ':::8082', address: '[fd00::3]:8090' }), far)).toBe('http://[fd00::3]:8082')
  expect(pageOf(node('n', { http: '10.0.0.2:8082' }), { protocol: 'https:', hostname: 'lab.example' })).toBeNull()
  expect(pageOf(node('n', { http: '10.0.0.2:8082', roles: 'shards' }), far)).toBeNull()
  expect(pageOf(node('n', { http: '10.0.0.2:0' }), far)).toBeNull()
  expect(pageOf(node('n', { http: '10.0.0.2:80/x@evil' }), far)).toBeNull()
})

it('names a clock that differs, and no other', () => {
  expect(clockWords(0.9)).toBe('')
  expect(clockWords(2.04)).toBe('2.0 s ahead of')
  expect(clockWords(-3600)).toBe('3,600 s behind')
})

it('finds nothing wrong where all is well', () => {
  expect(troublesOf(view([a, b, c], ['node-1', 'node-2', 'node-3']))).toEqual([])
})

it('says once that a node is lost, and what becomes of its partitions', () => {
  const gone = node('node-2', lost)
  const told = troublesOf(view([a, gone, c], ['node-1', 'node-2', 'node-2', 'node-3'], { warnings: ['The node node-2 at node-2.lab:8090 is not reached: Connection refused.', 'The group is away.'] }))
  expect(told.map(({ tone, words }) => [tone, words])).toEqual([
    ['bad', 'node-2 cannot be reached: it does not answer: Connection refused.'],
    ['bad', 'Partitions 1, 2 are owned by node-2, which cannot be reached.'],
    ['warn', 'The group is away.'],
  ])
  expect(told[0]?.todo).toContain('node-2.lab:8090')
})

it('does not complain of a node that was stopped in good order', () => {
  const stopped = node('node-2', { ...lost, leaving: true })
  expect(troublesOf(view([a, stopped], ['node-1'], { warnings: ['The node node-2 at node-2.lab:8090 is not reached: refused.'] }))).toEqual([])
})

it('shows two versions as an upgrade, and clocks by their difference', () => {
  const told = troublesOf(view([a, node('node-2', { version: '1.1', clock_ahead_s: -7 }), c], ['node-1'], { warnings: ["The clock of node-2 is 7 s behind this node's. Set both by one time server."] }))
  expect(told.map(({ tone, words }) => [tone, words])).toEqual([
    ['warn', 'The clock of node-2 is 7.0 s behind that of node-1.'],
    ['calm', 'An upgrade is in progress: node-1 and node-3 run 1.0; node-2 runs 1.1.'],
  ])
})

it('says of a node that waits for its upgrade what is to be done', () => {
  const trouble = 'the history holds what a newer TracSeq wrote: schema 3 of event type 101. Upgrade this node'
  const [told] = troublesOf(view([a, node('node-2', { ready: false, trouble })], ['node-1']))
  expect(told?.words).toBe(`node-2 is not ready: ${trouble}.`)
  expect(told?.todo).toContain('replace its program')
  expect(troublesOf(view([a, node('node-2', { ready: false, trouble: 'the log does not answer' })], ['node-1']))[0]?.todo).toContain('by itself')
})

it('says once what several nodes warn of', () => {
  const words = 'the Kafka topic has one replica'
  const told = troublesOf(view([node('node-1', { state: 'here', warnings: [words] }), node('node-2', { warnings: [words, 'own'] })], ['node-1']))
  expect(told.map((one) => one.words)).toEqual([`node-1 and node-2: ${words}.`, 'node-2: own.'])
})

it('asks no owner of a node that takes no commands', () => {
  const alone = view([a], [''], { clustered: false })
  expect(troublesOf({ ...alone, partitions: alone.partitions.map((one) => ({ ...one, state: '' })) })).toEqual([])
  expect(troublesOf(alone)[0]?.words).toBe('Partition 0 is owned by no node.')
})

it('tells what became different', () => {
  const before = view([a, b], ['node-1', 'node-1', 'node-2', 'node-2'])
  const after = view([a, node('node-2', lost), c], ['node-1', 'node-1', 'node-1', 'node-3'])
  expect(changesBetween(before, after)).toEqual(['node-2 is unreachable.', 'node-3 joined.', 'Partition 2 moved from node-2 to node-1.', 'Partition 3 moved from node-2 to node-3.'])
  expect(movedBetween(before, after)).toEqual([2, 3])
  expect(changesBetween(before, before)).toEqual([])
  expect(changesBetween(view([a], ['', '']), view([a], ['node-1', 'node-1']))).toEqual(['Partitions 0, 1 got the owner node-1.'])
})

it('tells a node that was started again from one that came back', () => {
  const before = view([a, node('node-2', lost)], ['node-1'])
  expect(changesBetween(before, view([a, node('node-2', { boot_id: 'another', started: '2026-11-24T09:29:00Z' })], ['node-1']))).toEqual(['node-2 was started again and is ready.'])
  expect(changesBetween(before, view([a, b], ['node-1']))).toEqual(['node-2 is ready.'])
  expect(changesBetween(before, view([a], ['node-1']))).toEqual(['node-2 is not known any more.'])
})

it('tells a change once, whichever nodes tell of it behind a proxy', () => {
  const before = view([a, b], ['node-1'])
  const after = view([a, node('node-2', lost)], ['node-1'])
  const told = newsIn(after, before, []).map((words) => ({ at, words }))
  expect(told).toEqual([{ at, words: 'node-2 is unreachable.' }])
  expect(answeredBy(before)).toBe('boot of node-1')
  expect(answeredBy(view([node('node-1', { state: 'here', boot_id: 'another' })], []))).toBe('another')
  expect(newsIn({ ...after, node: 'node-3' }, before, told)).toEqual([])
  expect(newsIn({ ...after, at: '2026-11-24T09:31:00Z' }, before, told)).toEqual(['node-2 is unreachable.'])
})

it('lists as people do', () => {
  expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a and b', 'a, b and c'])
})

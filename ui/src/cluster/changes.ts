// What became different from one answer to the next.
import type { Cluster, ClusterNode } from '~/api/types'
import { rangesOf, stateOf } from './nodes'

const named_max = 8

/** The newest process of each name. */
function byName(nodes: readonly ClusterNode[]): Map<string, ClusterNode> {
  const out = new Map<string, ClusterNode>()
  for (const node of nodes) {
    const held = out.get(node.name)
    if (!held || (node.started ?? '') > (held.started ?? '')) out.set(node.name, node)
  }
  return out
}

/** Sentences, nodes first. */
export function changesBetween(before: Cluster, after: Cluster): string[] {
  const out: string[] = []
  const known = byName(before.nodes)
  const now = byName(after.nodes)
  for (const [name, node] of now) {
    const was = known.get(name)
    if (!was) out.push(`${name} joined.`)
    else if (was.boot_id !== node.boot_id) out.push(`${name} was started again and is ${stateOf(node)}.`)
    else if (stateOf(was) !== stateOf(node)) out.push(`${name} is ${stateOf(node)}.`)
  }
  for (const name of known.keys()) if (!now.has(name)) out.push(`${name} is not known any more.`)
  const moves = new Map<string, number[]>()
  const owners = new Map(before.partitions.map((one) => [one.partition, one.owner]))
  for (const { partition, owner } of after.partitions) {
    const was = owners.get(partition)
    if (was === undefined || was === owner) continue
    const way = was === '' ? `got the owner ${owner}` : `moved from ${was} to ${owner}`
    moves.set(way, [...(moves.get(way) ?? []), partition])
  }
  for (const [way, which] of moves) out.push(`${which.length === 1 ? `Partition ${which[0]}` : `Partitions ${rangesOf(which, named_max)}`} ${way}.`)
  return out
}

const recent_ms = 15_000
/** Whether one moment is so near another that what is told of both is one thing. */
export const isNear = (one: string, other: string) => Math.abs(Date.parse(one) - Date.parse(other)) < recent_ms

/** The process that answers: a node that was started again has forgotten whom it knew. */
export const answeredBy = (view: Cluster) => view.nodes.find(({ state }) => state === 'here')?.boot_id || view.node

/**
 * What an answer tells that is new. Behind a proxy another node answers each time: each is held against its own answer
 * before, for another one may know less, and what one has told, the next ones need not tell again.
 */
export function newsIn(view: Cluster, before: Cluster, told: readonly { at: string; words: string }[]): string[] {
  const known = new Set(told.filter(({ at }) => isNear(at, view.at)).map(({ words }) => words))
  return changesBetween(before, view).filter((words) => !known.has(words))
}

/** Partitions whose owner, or whose owner's process, is another one. */
export function movedBetween(before: Cluster, after: Cluster): number[] {
  const owners = new Map(before.partitions.map((one) => [one.partition, `${one.owner} ${one.boot_id}`]))
  return after.partitions.filter((one) => owners.has(one.partition) && owners.get(one.partition) !== `${one.owner} ${one.boot_id}`).map((one) => one.partition)
}

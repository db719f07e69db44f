// A node in words, and where its page is.
import type { ClusterNode } from '~/api/types'
import type { Tone } from '~/shared/words'

export type NodeState = 'ready' | 'starting' | 'not ready' | 'stopping' | 'stopped' | 'unreachable'

/** One word for what the API says in four members. */
export function stateOf(node: Pick<ClusterNode, 'state' | 'ready' | 'leaving' | 'trouble'>): NodeState {
  if (node.state === 'unreachable') return node.leaving ? 'stopped' : 'unreachable'
  if (node.leaving) return 'stopping'
  if (node.ready) return 'ready'
  return node.trouble ? 'not ready' : 'starting'
}
export const nodeTones: Record<NodeState, Tone> = {
  ready: 'good', starting: 'calm', 'not ready': 'warn', stopping: 'calm', stopped: 'neutral', unreachable: 'bad',
}
export const capital = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)

const clockShown_s = 1
/** "3 s ahead of", "3 s behind"; empty where nobody would notice. */
export function clockWords(ahead_s: number): string {
  if (Math.abs(ahead_s) <= clockShown_s) return ''
  const size = Math.abs(ahead_s) < 10 ? Math.abs(ahead_s).toFixed(1) : Math.round(Math.abs(ahead_s)).toLocaleString('en')
  return `${size} s ${ahead_s > 0 ? 'ahead of' : 'behind'}`
}

const bare = (host: string) => host.replace(/^\[|\]$/g, '')
function split(address: string): { host: string; port: string } {
  const colon = address.lastIndexOf(':')
  return { host: bare(address.slice(0, colon)), port: address.slice(colon + 1) }
}
const isLoopback = (host: string) => host === 'localhost' || host === '::1' || host.startsWith('127.')
const isEverywhere = (host: string) => host === '0.0.0.0' || host === '::' || host === ''

/**
 * The page of a node, as this browser can open it; null where it can not: behind a proxy with TLS nobody but the
 * proxy knows a node's address, and a loopback address is another machine's as soon as this page is not on it.
 */
export function pageOf(node: Pick<ClusterNode, 'http' | 'roles' | 'address'>, here: Pick<Location, 'protocol' | 'hostname'>): string | null {
  if (!node.http || !` ${node.roles} `.includes(' http ') || here.protocol !== 'http:') return null
  const { host, port } = split(node.http)
  const reached = isEverywhere(host) ? split(node.address).host : host
  if (!/^\d+$/.test(port) || port === '0' || isEverywhere(reached)) return null
  if (isLoopback(reached) && !isLoopback(bare(here.hostname))) return null
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`
}

/** What tells the names apart, two letters at most: of node-1 and node-2 that is 1 and 2. */
export function marksFor(names: readonly string[]): Map<string, string> {
  const all = [...new Set(names)].sort()
  const first = all[0] ?? ''
  let common = 0
  while (all.length > 1 && common < first.length && all.every((name) => name[common] === first[common])) common++
  const own = all.map((name) => name.slice(common).replace(/[^\p{L}\p{N}]/gu, '').slice(0, 2).toUpperCase())
  if (all.length === 1) return new Map([[first, own[0]?.slice(0, 1) || 'A']])
  const told = own.every((mark) => mark !== '') && new Set(own).size === own.length
  const letters = (index: number): string => (index < 26 ? String.fromCodePoint(65 + index) : letters(Math.floor(index / 26) - 1) + letters(index % 26))
  return new Map(all.map((name, index) => [name, told ? (own[index] ?? '') : letters(index)]))
}

/** "0–3, 7, 9"; behind `most` ranges, how many there are. */
export function rangesOf(numbers: readonly number[], most = Infinity): string {
  const out: string[] = []
  for (let at = 0; at < numbers.length; at++) {
    const from = numbers[at]
    while (numbers[at + 1] === (numbers[at] ?? NaN) + 1) at++
    const to = numbers[at]
    out.push(from === to ? `${from}` : `${from}${to === (from ?? NaN) + 1 ? ', ' : '–'}${to}`)
  }
  return out.length <= most ? out.join(', ') : `${out.slice(0, most).join(', ')}, … (${numbers.length.toLocaleString('en')} in all)`
}

/** "node-1", "node-1 and node-2", "node-1, node-2 and node-3". */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

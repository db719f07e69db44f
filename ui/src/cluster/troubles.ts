// What is wrong with a cluster, in sentences that say what to do.
import type { Cluster, ClusterNode } from '~/api/types'
import { capital, clockWords, listed, rangesOf, stateOf } from './nodes'

export interface Trouble {
  tone: 'bad' | 'warn' | 'calm'
  words: string
  todo: string
}

const named_max = 8
const sentence = (words: string) => (/[.!?…]$/.test(words) ? words : `${words}.`)
const partitionsWords = (which: readonly number[]) => (which.length === 1 ? `Partition ${which[0]}` : `Partitions ${rangesOf(which, named_max)}`)

/** The worst first. */
export function troublesOf(view: Cluster): Trouble[] {
  const all = [...nodeTroubles(view), ...partitionTroubles(view), ...clockTroubles(view), ...versionTroubles(view), ...warnings(view)]
  const order = { bad: 0, warn: 1, calm: 2 }
  return all.sort((a, b) => order[a.tone] - order[b.tone])
}

function nodeTroubles(view: Cluster): Trouble[] {
  return view.nodes.flatMap((node): Trouble[] => {
    switch (stateOf(node)) {
      case 'unreachable':
        return [{
          tone: 'bad',
          words: sentence(`${node.name} cannot be reached${node.trouble ? `: ${node.trouble}` : ''}`),
          todo: `${node.partitions.length === 0 ? 'The others do its work meanwhile.' : 'If it ended, the others take its partitions within seconds; if only the network is cut, it keeps them.'} Look at its machine (${node.address}): start the program again if it ended, mend the network if it runs.`,
        }]
      case 'not ready':
        return [{
          tone: 'warn',
          words: sentence(`${node.name} is not ready: ${node.trouble}`),
          todo: /newer TracSeq/.test(node.trouble)
            ? 'Stop it, replace its program, start it. Until then the nodes that are upgraded do its work, and it shows what it can read.'
            : 'It goes on by itself when that is over. If it lasts, its own log says more.',
        }]
      case 'starting':
        return [{ tone: 'calm', words: `${node.name} is starting.`, todo: 'It reads the history, then takes its share of the partitions. Nothing is to be done.' }]
      case 'stopping':
        return [{ tone: 'calm', words: `${node.name} is stopping; the others take its partitions.`, todo: 'Nothing is to be done.' }]
      default:
        return []
    }
  })
}

function partitionTroubles(view: Cluster): Trouble[] {
  const groups = new Map<string, { state: string; owner: string; which: number[] }>()
  for (const { partition, owner, state } of view.partitions) {
    // Of a node that takes no commands nobody asks who serves a partition.
    if (state === 'open' || state === '') continue
    const key = `${state} ${owner}`
    const group = groups.get(key) ?? { state, owner, which: [] }
    group.which.push(partition)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ state, owner, which }): Trouble => {
    const which_ = partitionsWords(which)
    const verb = which.length === 1 ? 'is' : 'are'
    if (state === 'unowned')
      return { tone: 'bad', words: `${which_} ${verb} owned by no node.`, todo: 'Commands for what lies there wait. If it lasts, start a node with the role shards.' }
    if (state === 'unreachable')
      return {
        tone: 'bad',
        words: `${which_} ${verb} owned by ${owner}, which cannot be reached.`,
        todo: 'Commands for what lies there wait until another node claims them, which takes seconds where it ended. If it lasts, mend the network, or start a node with the role shards.',
      }
    if (state === 'claiming' || state === 'catching up')
      return { tone: 'calm', words: `${which_} ${verb} being taken over by ${owner} (${state}).`, todo: 'Commands for what lies there wait for a moment.' }
    return {
      tone: 'warn',
      words: `${which_} ${verb} not served by ${owner} (${state}).`,
      todo: `Commands for what lies there wait until ${owner} opens ${which.length === 1 ? 'it' : 'them'} or another node claims ${which.length === 1 ? 'it' : 'them'}. If it lasts, its own log says why.`,
    }
  })
}

const clocksOf = (view: Cluster) => view.nodes.filter((node) => node.state !== 'unreachable' && clockWords(node.clock_ahead_s) !== '')
function clockTroubles(view: Cluster): Trouble[] {
  return clocksOf(view).map((node) => ({
    tone: 'warn',
    words: `The clock of ${node.name} is ${clockWords(node.clock_ahead_s)} that of ${view.node}.`,
    todo: 'Times in the history differ by as much. Set both by one time server.',
  }))
}

function versionTroubles(view: Cluster): Trouble[] {
  const byVersion = new Map<string, string[]>()
  for (const node of view.nodes)
    if (node.state !== 'unreachable') byVersion.set(node.version, [...(byVersion.get(node.version) ?? []), node.name])
  if (byVersion.size < 2) return []
  const parts = [...byVersion].map(([version, names]) => `${listed(names)} ${names.length === 1 ? 'runs' : 'run'} ${version}`)
  return [{ tone: 'calm', words: `An upgrade is in progress: ${parts.join('; ')}.`, todo: 'Stop, replace and start the others, one after the other.' }]
}

/** What is said above in better words. */
const isSaid = (view: Cluster, words: string) =>
  view.nodes.some(({ state, address }) => state === 'unreachable' && words.includes(` at ${address} is not reached`)) ||
  clocksOf(view).some(({ name }) => words.startsWith(`The clock of ${name} is`))

/** What the nodes warn of themselves; what several say alike stands once. */
function warnings(view: Cluster): Trouble[] {
  const out: Trouble[] = view.warnings.filter((words) => !isSaid(view, words)).map((words) => ({ tone: 'warn', words: sentence(words), todo: '' }))
  const byWords = new Map<string, ClusterNode[]>()
  for (const node of view.nodes)
    if (node.state !== 'unreachable') for (const words of node.warnings) byWords.set(words, [...(byWords.get(words) ?? []), node])
  for (const [words, nodes] of byWords)
    out.push({ tone: 'warn', words: view.clustered ? sentence(`${listed(nodes.map(({ name }) => name))}: ${words}`) : sentence(capital(words)), todo: '' })
  return out
}

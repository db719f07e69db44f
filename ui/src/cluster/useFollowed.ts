import { useEffect, useRef, useState } from 'react'
import type { Cluster } from '~/api/types'
import { answeredBy, isNear, movedBetween, newsIn } from './changes'

export interface Change {
  id: number
  /** When the answering node saw it. */
  at: string
  words: string
}
const kept_max = 30
/** How long a partition that moved stands out. */
const standsOut_ms = 12_000

/** What became different while somebody looks, and which partitions moved a moment ago. */
export function useFollowed(view: Cluster, now: number) {
  const answers = useRef(new Map<string, Cluster>())
  const [changes, setChanges] = useState<readonly Change[]>([])
  const [moved, setMoved] = useState<ReadonlyMap<number, number>>(new Map())
  useEffect(() => {
    const by = answeredBy(view)
    const was = answers.current.get(by)
    answers.current.set(by, view)
    if (!was || was.at === view.at || !isNear(was.at, view.at)) return
    setChanges((all) => {
      const words = newsIn(view, was, all)
      return words.length === 0 ? all : [...words.map((one, index) => ({ id: (all[0]?.id ?? 0) + words.length - index, at: view.at, words: one })), ...all].slice(0, kept_max)
    })
    const fresh = movedBetween(was, view)
    if (fresh.length > 0) setMoved((all) => new Map([...all, ...fresh.map((partition) => [partition, Date.now()] as const)]))
  }, [view])
  const outstanding = new Set([...moved].filter(([, at]) => now - at < standsOut_ms).map(([partition]) => partition))
  return { changes, moved: outstanding }
}

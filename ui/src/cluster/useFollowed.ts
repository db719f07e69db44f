import { useEffect, useRef, useState } from 'react'
import type { Cluster } from '~/api/types'
import { changesBetween, movedBetween } from './changes'

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
  const before = useRef<Cluster>(undefined)
  const [changes, setChanges] = useState<readonly Change[]>([])
  const [moved, setMoved] = useState<ReadonlyMap<number, number>>(new Map())
  useEffect(() => {
    const was = before.current
    before.current = view
    // Another node answers now, and may know less: that is no change of the cluster.
    if (!was || was.at === view.at || was.node !== view.node) return
    const words = changesBetween(was, view)
    if (words.length > 0) setChanges((all) => [...words.map((one, index) => ({ id: (all[0]?.id ?? 0) + words.length - index, at: view.at, words: one })), ...all].slice(0, kept_max))
    const fresh = movedBetween(was, view)
    if (fresh.length > 0) setMoved((all) => new Map([...all, ...fresh.map((partition) => [partition, Date.now()] as const)]))
  }, [view])
  const outstanding = new Set([...moved].filter(([, at]) => now - at < standsOut_ms).map(([partition]) => partition))
  return { changes, moved: outstanding }
}

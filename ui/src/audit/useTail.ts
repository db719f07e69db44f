import { useCallback, useState } from 'react'
import type { CloudEvent } from '~/api/types'
import { eventName } from '~/live/patch'
import { useLiveEvents } from '~/live/useLive'
import type { EventFilter } from './api'

export const kept_max = 500

export function fits(event: Pick<CloudEvent, 'type' | 'subject'>, { types, stream }: EventFilter): boolean {
  const named = types === '' || types.split(',').includes(eventName(event.type))
  const wanted = stream.trim()
  return named && (wanted === '' || event.subject === wanted || event.subject.startsWith(`${wanted}/`))
}

/** New events on top of old ones, none twice, the newest few hundred kept. */
export function prepend(held: readonly CloudEvent[], fresh: readonly CloudEvent[]): CloudEvent[] {
  const known = new Set(held.map((event) => event.id))
  const added = fresh.filter((event) => !known.has(event.id)).reverse()
  return [...added, ...held].slice(0, kept_max)
}

/** The live tail; while it is paused, what arrives waits and is counted. */
export function useTail(filter: EventFilter) {
  const [shown, setShown] = useState<CloudEvent[]>([])
  const [waiting, setWaiting] = useState<CloudEvent[]>([])
  const [paused, setPaused] = useState(false)
  useLiveEvents(
    useCallback(
      (events) => {
        if (paused) setWaiting((held) => prepend(held, events))
        else setShown((held) => prepend(held, events))
      },
      [paused],
    ),
  )
  return {
    shown: shown.filter((event) => fits(event, filter)),
    waiting: waiting.filter((event) => fits(event, filter)).length,
    paused,
    toggle: () => {
      if (paused) {
        setShown((held) => prepend(held, [...waiting].reverse()))
        setWaiting([])
      }
      setPaused(!paused)
    },
  }
}

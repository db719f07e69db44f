import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { seen } from '~/api/position'
import type { CloudEvent } from '~/api/types'
import { EventApplier } from './apply'
import { shareStream } from './leader'
import { livePosition, setLivePosition, setLiveStatus } from './status'

const watchers = new Set<(events: CloudEvent[]) => void>()

/** Follows the laboratory for as long as the page is open. Mounted once, by the shell. */
export function useLive() {
  const cache = useQueryClient()
  useEffect(() => {
    const applier = new EventApplier(cache)
    const stop = shareStream({
      onEvents: (events, position) => {
        if (position) setLivePosition(position)
        seen(position)
        applier.apply(events)
        for (const watcher of watchers) watcher(events)
      },
      onStatus: setLiveStatus,
      onGap: () => void cache.invalidateQueries(),
      positionNow: livePosition,
    })
    return () => {
      stop()
      setLiveStatus('off')
    }
  }, [cache])
}

/** Each batch of events as it arrives, for pages that show the stream itself. */
export function useLiveEvents(watcher: (events: CloudEvent[]) => void) {
  useEffect(() => {
    watchers.add(watcher)
    return () => {
      watchers.delete(watcher)
    }
  }, [watcher])
}

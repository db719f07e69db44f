// One stream for all tabs of this browser: the tab that holds the lock reads it and tells the others.
import type { CloudEvent } from '~/api/types'
import type { LiveStatus } from './status'
import { follow, type StreamHooks } from './stream'

type Message =
  | { kind: 'events'; events: CloudEvent[]; position: string }
  | { kind: 'status'; status: LiveStatus }
  | { kind: 'gap' }
  | { kind: 'hello' }

export function shareStream(hooks: StreamHooks & { positionNow: () => string }): () => void {
  const stop = new AbortController()
  const channel = 'BroadcastChannel' in window ? new BroadcastChannel('tracseq-live') : null
  let leading = false
  let status: LiveStatus = 'connecting'
  const tell = (message: Message) => channel?.postMessage(message)

  const lead = async () => {
    leading = true
    await follow(
      {
        onEvents: (events, position) => {
          hooks.onEvents(events, position)
          tell({ kind: 'events', events, position })
        },
        onStatus: (next) => {
          status = next
          hooks.onStatus(next)
          tell({ kind: 'status', status: next })
        },
        onGap: () => {
          hooks.onGap()
          tell({ kind: 'gap' })
        },
      },
      stop.signal,
      hooks.positionNow(),
    )
  }

  channel?.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.kind === 'hello') {
      if (leading) tell({ kind: 'status', status })
    } else if (!leading) {
      if (data.kind === 'events') hooks.onEvents(data.events, data.position)
      if (data.kind === 'status') hooks.onStatus(data.status)
      if (data.kind === 'gap') hooks.onGap()
    }
  })

  // Locks exist only on secure origins; elsewhere every tab reads for itself.
  if (channel && navigator.locks) {
    tell({ kind: 'hello' })
    navigator.locks.request('tracseq-live', { signal: stop.signal }, lead).catch(() => undefined)
  } else {
    void lead()
  }
  return () => {
    stop.abort()
    channel?.close()
  }
}

// The event stream by fetch, so that the token travels in a header and never in an address.
import { createParser } from 'eventsource-parser'
import { base } from '~/api/client'
import { signOut, token } from '~/api/session'
import type { CloudEvent } from '~/api/types'
import type { LiveStatus } from './status'

export interface StreamHooks {
  onEvents: (events: CloudEvent[], position: string) => void
  onStatus: (status: LiveStatus) => void
  /** What was missed cannot be told any more: read everything again. */
  onGap: () => void
}

/** The server writes a heartbeat each 15 s; a line silent for longer than this is dead. */
const silence_ms = 40_000
const firstWait_ms = 500
const longestWait_ms = 15_000

const pause = (duration_ms: number, signal: AbortSignal) =>
  new Promise<void>((done) => {
    const timer = setTimeout(done, duration_ms)
    const now = () => {
      clearTimeout(timer)
      done()
    }
    signal.addEventListener('abort', now, { once: true })
    window.addEventListener('online', now, { once: true })
  })

export async function follow(hooks: StreamHooks, signal: AbortSignal, from = '') {
  let last = from
  let wait_ms = firstWait_ms
  let opened = false
  let tried = false
  while (!signal.aborted) {
    hooks.onStatus(opened ? 'stale' : 'connecting')
    try {
      await readOnce({
        last,
        signal,
        hooks: {
          ...hooks,
          onStatus: (status) => {
            // Nobody knows what happened between a try before this one and now.
            if (status === 'live' && tried && !last) hooks.onGap()
            opened = true
            wait_ms = firstWait_ms
            hooks.onStatus(status)
          },
          onEvents: (events, position) => {
            if (position) last = position
            hooks.onEvents(events, position)
          },
          onGap: () => {
            last = ''
            hooks.onGap()
          },
        },
      })
    } catch {
      // Any break is answered the same way: say so, wait, come back where we left.
    }
    if (signal.aborted) return
    tried = true
    hooks.onStatus('stale')
    await pause(wait_ms, signal)
    wait_ms = Math.min(longestWait_ms, wait_ms * 2)
  }
}

async function readOnce({ last, signal, hooks }: { last: string; signal: AbortSignal; hooks: StreamHooks }) {
  const silent = new AbortController()
  const lost = () => silent.abort()
  const either = AbortSignal.any([signal, silent.signal])
  let alarm = setTimeout(lost, silence_ms)
  // A cable that is pulled closes no connection: the browser's own word comes long before the silence is noticed.
  window.addEventListener('offline', lost)
  try {
    const response = await fetch(`${base}/events`, {
      signal: either,
      cache: 'no-store',
      headers: {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${token() ?? ''}`,
        ...(last ? { 'Last-Event-ID': last } : {}),
      },
    })
    if (response.status === 401) signOut('This token is not accepted any more.')
    if (response.status === 410) hooks.onGap()
    if (!response.ok || !response.body) return
    hooks.onStatus('live')
    const batch: CloudEvent[] = []
    let position = ''
    const parser = createParser({
      onEvent: ({ id, data }) => {
        if (id) position = id
        const event = parseEvent(data)
        if (event) batch.push(event)
      },
    })
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      clearTimeout(alarm)
      alarm = setTimeout(lost, silence_ms)
      parser.feed(value)
      if (batch.length > 0) hooks.onEvents(batch.splice(0), position)
    }
  } finally {
    clearTimeout(alarm)
    window.removeEventListener('offline', lost)
  }
}

export function parseEvent(data: string): CloudEvent | null {
  try {
    const read: unknown = JSON.parse(data)
    const event = read as CloudEvent
    return typeof event.type === 'string' && typeof event.subject === 'string' ? event : null
  } catch {
    return null
  }
}

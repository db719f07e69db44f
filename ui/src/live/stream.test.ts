// @vitest-environment jsdom
import { afterEach, expect, it, vi } from 'vitest'
import { follow } from './stream'

/** A stream that says this and breaks off. */
const saying = (text: string) => () => Promise.resolve(new Response(text, { headers: { 'Content-Type': 'text/event-stream' } }))
const refused = () => Promise.reject(new TypeError('Failed to fetch'))
const event = `id: 7\ndata: ${JSON.stringify({ type: 'tracseq.sample_registered.v1', subject: 'sample/a' })}\n\n`

/** What was told while these answers came, one after another. */
async function told(...answers: (() => Promise<Response>)[]) {
  const words: string[] = []
  const stop = new AbortController()
  vi.stubGlobal('fetch', () => {
    const answer = answers.shift()
    if (answer) return answer()
    stop.abort()
    return refused()
  })
  await follow({
    onEvents: () => words.push('events'),
    onStatus: (status) => {
      words.push(status)
      // Ends the pause before the next try.
      if (status === 'stale') setTimeout(() => window.dispatchEvent(new Event('online')))
    },
    onGap: () => words.push('gap'),
  }, stop.signal)
  return words.filter((word) => ['gap', 'live', 'events'].includes(word))
}

afterEach(() => vi.unstubAllGlobals())

it('reads everything again when the stream opens only at a later try: what was shown may be old', async () => {
  expect(await told(refused, saying(''))).toEqual(['gap', 'live'])
  expect(await told(saying(''), refused, saying(''))).toEqual(['live', 'gap', 'live'])
})
it('reads nothing again where the stream opens at once, or goes on where it was left', async () => {
  expect(await told(saying(event), refused, saying(event))).toEqual(['live', 'events', 'live', 'events'])
})

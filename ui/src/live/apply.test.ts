import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { keys } from '~/api/keys'
import type { CloudEvent, Sample } from '~/api/types'

const asked: string[] = []
const server = setupServer(
  http.get('*/api/v1/samples/:id', ({ params }) => {
    asked.push(String(params.id))
    return HttpResponse.json({ id: params.id, name: 'fresh', state: 'accepted', version: 9 })
  }),
)
beforeAll(() => server.listen())
afterEach(() => asked.splice(0))
afterAll(() => server.close())

const event = (name: string, subject: string) => ({ type: `tracseq.${name}.v1`, subject, id: subject }) as CloudEvent
const sample = (id: string) => ({ id, name: 'held', state: 'received', version: 2 }) as Sample

async function applier(cache: QueryClient) {
  // openapi-fetch makes Request objects, which need an absolute address outside a browser page.
  vi.stubGlobal('Request', class extends Request {
    constructor(input: RequestInfo | URL, init?: RequestInit) {
      super(typeof input === 'string' ? new URL(input, 'http://lab.test') : input, init)
    }
  })
  const { EventApplier } = await import('./apply')
  return new EventApplier(cache)
}

describe('EventApplier', () => {
  it('shows a told state at once, then what the server says', async () => {
    const cache = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
    const key = keys.one('samples', 'TS-1', undefined)
    cache.setQueryData(key, sample('a'))
    const stop = new QueryObserver(cache, { queryKey: key, queryFn: () => sample('a') }).subscribe(() => undefined)
    ;(await applier(cache)).apply([event('sample_accepted', 'sample/a')])
    expect(cache.getQueryData<Sample>(key)?.state).toBe('accepted')
    await vi.waitFor(() => expect(cache.getQueryData<Sample>(key)?.name).toBe('fresh'))
    expect(asked).toEqual(['a'])
    stop()
  })
  it('never changes a past moment and never asks for what nobody looks at', async () => {
    const cache = new QueryClient()
    const past = keys.one('samples', 'a', '2026-11-01T00:00:00Z')
    cache.setQueryData(past, sample('a'))
    ;(await applier(cache)).apply([event('sample_accepted', 'sample/a'), event('tube_placed', 'sample/z')])
    await new Promise((soon) => setTimeout(soon, 120))
    expect(cache.getQueryData<Sample>(past)?.state).toBe('received')
    expect(asked).toEqual([])
  })
})

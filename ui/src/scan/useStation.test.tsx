// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook } from '@testing-library/react'
import type { ReactNode } from 'react'
import { expect, it, vi } from 'vitest'
import type { Outcome, ScanItem, Send } from './queue'

const sent = vi.hoisted(() => [] as { item: ScanItem; answer: (outcome: Outcome) => void }[])
vi.mock('./send', async (original) => ({
  ...(await original<typeof import('./send')>()),
  sendScan: ((item) => new Promise((answer) => sent.push({ item, answer }))) satisfies Send,
}))

it('keeps every scan though the station is left while one is on its way', async () => {
  const { useStation } = await import('./useStation')
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>
  const open = () => renderHook(() => useStation('test', false), { wrapper })
  const answer = (words: string) => act(async () => sent.at(-1)?.answer({ kind: 'done', words, name: words, before: null }))
  const scan = (page: ReturnType<typeof open>, label: string) => act(() => page.result.current.scan(label))

  const first = open()
  act(() => first.result.current.choose('receive'))
  scan(first, 'TUBE-1')
  first.unmount()
  const second = open()
  act(() => second.result.current.choose('receive'))
  scan(second, 'TUBE-2')
  expect(sent.map(({ item }) => item.label)).toEqual(['TUBE-1'])
  await answer('TUBE-1 is received.')
  expect(second.result.current.said?.words).toBe('TUBE-1 is received.')
  expect(sent.map(({ item }) => item.label)).toEqual(['TUBE-1', 'TUBE-2'])
  second.unmount()
  await answer('TUBE-2 is received.')
  expect(open().result.current.items.map(({ label, status }) => [label, status])).toEqual([['TUBE-1', 'done'], ['TUBE-2', 'done']])
  expect(JSON.parse(localStorage.getItem('tracseq.scans') ?? '[]')).toHaveLength(2)
})

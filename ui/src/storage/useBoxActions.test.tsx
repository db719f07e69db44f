// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { renderHook } from '@testing-library/react'
import type { ReactNode } from 'react'
import { beforeEach, expect, it, vi } from 'vitest'
import { problemFrom, unreachable } from '~/api/problem'
import type { StorageMap } from '~/api/types'
import type { CutTube } from './clipboard'
import { useBoxActions } from './useBoxActions'

/** A server with tubes in a box: a command is done once for each key, and `fails` instead of answering. */
const lab = vi.hoisted(() => ({ inside: new Set<string>(), keys: new Set<string>(), fails: [] as { id: string; done: boolean; error: Error }[] }))
vi.mock('~/shared/undo', () => ({ say: () => undefined, offerUndo: () => undefined }))
vi.mock('~/samples/api', () => ({
  sampleQuery: (id: string) => ({
    queryKey: ['sample', id],
    queryFn: async () => ({ id, version: 3, place: lab.inside.has(id) ? { unit_id: 'box', slot: id, unit_label: 'Box 1' } : null }),
  }),
  useSampleCommands: () => ({
    verb: async (id: string, _verb: string, _body: unknown, { key }: { key: string }) => {
      const at = lab.fails.findIndex((one) => one.id === id)
      const failure = at < 0 ? undefined : lab.fails.splice(at, 1)[0]
      if (!lab.keys.has(key) && failure?.done !== false) {
        if (!lab.inside.delete(id)) throw problemFrom(409, { detail: `${id} is not in storage.` })
        lab.keys.add(key)
      }
      if (failure) throw failure.error
    },
  }),
}))

const tubes: CutTube[] = ['A1', 'A2', 'A3'].map((id) => ({ id, name: id, place: { unit_id: 'box', slot: id, unit_label: 'Box 1' } }))

function form() {
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={new QueryClient()}>{children}</QueryClientProvider>
  const { result } = renderHook(() => useBoxActions({ unit: { id: 'box', name: 'Box 1' }, slots: [] } as unknown as StorageMap), { wrapper })
  let left = tubes
  return {
    press: (key: string) => result.current.takeOut(left, { purpose: 'test' }, key, (tube) => { left = left.filter((one) => one.id !== tube.id) }),
    left: () => left.map((one) => one.id),
  }
}

beforeEach(() => {
  lab.inside = new Set(tubes.map((tube) => tube.id))
  lab.keys.clear()
})

it('goes on with the tubes that are left when one was refused', async () => {
  lab.fails = [{ id: 'A2', done: false, error: problemFrom(409, { detail: 'A2 is on a run.' }) }]
  const { press, left } = form()
  await expect(press('k')).rejects.toThrow('A2 is on a run.')
  expect(left()).toEqual(['A2', 'A3'])
  await press('another')
  expect([...lab.inside, ...left()]).toEqual([])
})
it.each([true, false])('repeats the one whose answer was lost (done: %s), and goes on', async (done) => {
  lab.fails = [{ id: 'A2', done, error: unreachable('unanswered') }]
  const { press, left } = form()
  await expect(press('k')).rejects.toThrow('did not answer')
  expect(left()).toEqual(['A2', 'A3'])
  await press('k')
  expect([...lab.inside, ...left()]).toEqual([])
})
it('leaves a tube alone that a colleague took meanwhile', async () => {
  lab.inside.delete('A1')
  await expect(form().press('k')).rejects.toThrow('A1 is not at Box 1 A1 any more: it was taken out. Nothing of it was changed.')
})

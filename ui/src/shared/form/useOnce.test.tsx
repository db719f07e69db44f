// @vitest-environment jsdom
import { renderHook } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { problemFrom, unreachable } from '~/api/problem'
import { useOnce } from './useOnce'

describe('a form that is sent more than once', () => {
  const keys: string[] = []
  const answering = (error?: unknown) => (key: string) => {
    keys.push(key)
    return error ? Promise.reject(error) : Promise.resolve('done')
  }
  it('has one key until it is answered, and another for other words', async () => {
    const { current: once } = renderHook(() => useOnce()).result
    for (const lost of [unreachable('unanswered'), problemFrom(503, null)])
      await expect(once({ name: 'A' }, answering(lost))).rejects.toBe(lost)
    await once({ name: 'A' }, answering())
    expect(new Set(keys.splice(0)).size).toBe(1)
    await once({ name: 'A' }, answering())
    await expect(once({ name: 'A' }, answering(problemFrom(409, null)))).rejects.toThrow()
    await expect(once({ name: 'A' }, answering(unreachable('unanswered')))).rejects.toThrow()
    await once({ name: 'B' }, answering())
    expect(new Set(keys).size).toBe(4)
  })
})

// @vitest-environment jsdom
import { MantineProvider } from '@mantine/core'
import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { later } from './later'

Object.assign(window, { matchMedia: () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }) })

/** Whether the server answers. */
let up = false
vi.stubGlobal('fetch', () => (up ? Promise.resolve(new Response('ok')) : Promise.reject(new TypeError('offline'))))
afterEach(() => {
  cleanup()
  up = false
})

describe('code that is fetched later', () => {
  it('says beside the action that it could not be fetched, and opens at the next try', async () => {
    const load = vi.fn<() => Promise<{ default: (props: { onClose: () => void }) => React.ReactNode }>>()
    load.mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'))
    load.mockResolvedValue({ default: () => <p>The dialog</p> })
    const Dialog = later(load)
    const close = vi.fn()
    render(<MantineProvider><h1>Sample 1</h1><Dialog onClose={close} /></MantineProvider>)
    await waitFor(() => screen.getByRole('alert'))
    expect(screen.getByRole('heading').textContent).toBe('Sample 1')
    fireEvent.click(screen.getByText('Leave it'))
    expect(close).toHaveBeenCalledOnce()
    fireEvent.click(screen.getByText('Try again'))
    await waitFor(() => screen.getByText('The dialog'))
  })
  it('asks again by itself while it is wanted', async () => {
    vi.useFakeTimers()
    try {
      const load = vi.fn<() => Promise<{ default: () => React.ReactNode }>>()
      load.mockRejectedValueOnce(new TypeError('offline')).mockRejectedValueOnce(new TypeError('offline'))
      load.mockResolvedValue({ default: () => <p>The dialog</p> })
      const Dialog = later(load)
      render(<MantineProvider><Dialog onClose={() => undefined} /></MantineProvider>)
      await act(() => vi.advanceTimersByTimeAsync(0)) // the first try has failed
      expect(screen.queryByText('The dialog')).toBeNull()
      for (const _ of [1, 2]) await act(() => vi.advanceTimersByTimeAsync(3100))
      expect(screen.getByText('The dialog')).toBeTruthy()
      expect(load).toHaveBeenCalledTimes(3)
    } finally {
      vi.useRealTimers()
    }
  })
  it('has the page loaded again where the server answers and the code cannot be had', async () => {
    vi.useFakeTimers()
    try {
      const Dialog = later<{ onClose: () => void }>(() => Promise.reject(new TypeError('Failed to fetch dynamically imported module')))
      render(<MantineProvider><Dialog onClose={() => undefined} /></MantineProvider>)
      await act(() => vi.advanceTimersByTimeAsync(0))
      expect(screen.getByRole('alert').textContent).toContain('TracSeq cannot be reached')
      up = true
      await act(() => vi.advanceTimersByTimeAsync(3100))
      expect(screen.getByRole('alert').textContent).toContain('the page has to be loaded again')
      expect(screen.getByText('Load it again')).toBeTruthy()
    } finally {
      vi.useRealTimers()
    }
  })
})

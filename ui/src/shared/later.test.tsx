// @vitest-environment jsdom
import { MantineProvider } from '@mantine/core'
import { fireEvent, render, screen, waitFor } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { later } from './later'

Object.assign(window, { matchMedia: () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }) })

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
})

// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from 'vitest'
import { openSession, signOut, token, whySignedOut } from './session'

const history = { state: null, replaceState: vi.fn() } as unknown as History
const at = (hash: string) => ({ hash, pathname: '/samples', search: '?q=a' }) as Location

beforeEach(() => {
  localStorage.clear()
  signOut()
})

it('takes the token from the fragment once and clears the address', () => {
  openSession(at('#token=abc'), history)
  expect(token()).toBe('abc')
  expect(history.replaceState).toHaveBeenCalledWith(null, '', '/samples?q=a')
  openSession(at(''), history)
  expect(token()).toBe('abc')
})
it('forgets it on signing out, and remembers why', () => {
  openSession(at('#token=abc'), history)
  signOut('Not accepted any more.')
  expect(token()).toBeNull()
  expect(localStorage.getItem('tracseq.token')).toBeNull()
  expect(whySignedOut()).toBe('Not accepted any more.')
})

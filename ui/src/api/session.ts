// The operator's token: taken once from the address's fragment, then kept in this browser.
import { useSyncExternalStore } from 'react'

const storageKey = 'tracseq.token'
let current: string | null = null
let refusedWords = ''
const listeners = new Set<() => void>()

function announce() {
  for (const listener of listeners) listener()
}

export function token(): string | null {
  return current
}

export function signIn(value: string) {
  current = value.trim()
  refusedWords = ''
  try {
    localStorage.setItem(storageKey, current)
  } catch {
    // Without storage the sign-in lasts as long as the page.
  }
  announce()
}

export function signOut(why = '') {
  current = null
  refusedWords = why
  try {
    localStorage.removeItem(storageKey)
  } catch {
    // Nothing was kept then.
  }
  announce()
}

/** Why the last token was put down; empty after an ordinary sign-out. */
export function whySignedOut(): string {
  return refusedWords
}

/** Reads `#token=…`, removes it from the address bar and history, and falls back to what was kept. */
export function openSession(location: Location = window.location, history: History = window.history) {
  const fragment = new URLSearchParams(location.hash.replace(/^#/, ''))
  const given = fragment.get('token')
  if (given) {
    history.replaceState(history.state, '', location.pathname + location.search)
    signIn(given)
    return
  }
  try {
    current = localStorage.getItem(storageKey)
  } catch {
    current = null
  }
}

export function useToken(): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )
}

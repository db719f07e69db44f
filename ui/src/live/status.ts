import { useSyncExternalStore } from 'react'

export type LiveStatus = 'off' | 'connecting' | 'live' | 'stale'

let status: LiveStatus = 'off'
let position = ''
let registered: readonly string[] = []
const listeners = new Set<() => void>()

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
const announce = () => {
  for (const listener of listeners) listener()
}

export function setLiveStatus(next: LiveStatus) {
  if (next === status) return
  status = next
  announce()
}
export function setLivePosition(next: string) {
  position = next
}
export function livePosition() {
  return position
}
export function liveStatus() {
  return status
}
/** Ids of samples registered by anybody since the page was opened; the newest ten thousand. */
export function noteRegistered(id: string) {
  registered = [...registered.slice(-9_999), id]
  announce()
}

export const useLiveStatus = () => useSyncExternalStore(subscribe, () => status)
export const useRegistered = () => useSyncExternalStore(subscribe, () => registered)

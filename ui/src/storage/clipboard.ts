// What was cut, from any box: paste works across pages, as a person carries tubes from box to box.
import { useSyncExternalStore } from 'react'

export interface CutTube {
  id: string
  name: string
  place: { unit_id: string; slot: string; unit_label: string }
}

let held: readonly CutTube[] = []
const listeners = new Set<() => void>()

export function cut(tubes: readonly CutTube[]) {
  held = tubes
  for (const listener of listeners) listener()
}
/** They have arrived somewhere; the others are still in hand. */
export function putDown(tubes: readonly CutTube[]) {
  cut(held.filter((one) => !tubes.some((tube) => tube.id === one.id)))
}
export const useCut = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => held,
  )

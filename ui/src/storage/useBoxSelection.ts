import { useState } from 'react'
import { parseSlot, rectangle, type Grid } from './slots'

export interface BoxSelection {
  cursor: string
  selected: ReadonlySet<string>
  move: (slot: string, extend: boolean) => void
  toggle: (slot: string) => void
  all: (slots: readonly string[]) => void
  clear: () => void
}

/** Where the cursor stands and what is selected; Shift stretches a rectangle from the anchor. */
export function useBoxSelection(grid: Grid, start = 'A1'): BoxSelection {
  const [cursor, setCursor] = useState(start)
  const [anchor, setAnchor] = useState(start)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  return {
    cursor,
    selected,
    move: (slot, extend) => {
      setCursor(slot)
      if (!extend) {
        setAnchor(slot)
        setSelected(new Set())
        return
      }
      const from = parseSlot(anchor, grid)
      const to = parseSlot(slot, grid)
      if (from && to) setSelected(new Set(rectangle(from, to)))
    },
    toggle: (slot) => {
      setCursor(slot)
      setAnchor(slot)
      setSelected((before) => {
        const after = new Set(before)
        if (!after.delete(slot)) after.add(slot)
        return after
      })
    },
    all: (slots) => setSelected(new Set(slots)),
    clear: () => setSelected(new Set()),
  }
}

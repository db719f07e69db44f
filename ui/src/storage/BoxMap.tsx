import { useRef, type DragEvent, type KeyboardEvent, type MouseEvent } from 'react'
import type { Slot, StorageMap } from '~/api/types'
import { stateWord } from '~/shared/words'
import { BoxCell } from './BoxCell'
import css from './BoxMap.module.css'
import type { BoxSelection } from './useBoxSelection'
import { parseSlot, rowName, slotName, step } from './slots'
import { lettersFor, tintOf } from './tint'

export type ColourBy = 'project' | 'state'

interface Props {
  map: StorageMap
  colourBy: ColourBy
  selection: BoxSelection
  cutSlots: ReadonlySet<string>
  mayChange: boolean
  onOpen: (slot: string) => void
  onKey: (key: string, slot: string) => boolean
  onDrop: (from: string, to: string) => void
}

export const groupOf = (slot: Slot, by: ColourBy): string =>
  (by === 'project' ? slot.occupant?.project : slot.occupant?.sample_state) || ''
const groupWord = (group: string, by: ColourBy) => (group === '' ? 'No project' : by === 'state' ? stateWord(group) : group)

/** The box as it lies on the bench: arrows walk, Shift selects, A1 is marked. */
export function BoxMap({ map, colourBy, selection, cutSlots, mayChange, onOpen, onKey, onDrop }: Props) {
  const grid = useRef<HTMLDivElement>(null)
  const bySlot = new Map(map.slots.map((slot) => [slot.slot, slot]))
  const groups = [...new Set(map.slots.filter((slot) => slot.state === 'filled').map((slot) => groupOf(slot, colourBy)))].sort()
  const letters = lettersFor(groups.map((group) => groupWord(group, colourBy)))
  const dense = map.columns > 12
  const focus = (slot: string) => grid.current?.querySelector<HTMLElement>(`[data-slot="${slot}"]`)?.focus()

  const keyDown = (event: KeyboardEvent) => {
    const at = parseSlot(selection.cursor, map)
    if (!at) return
    const chord = (event.ctrlKey || event.metaKey ? 'Ctrl+' : '') + event.key
    const next = step(at, event.key, map, event.ctrlKey)
    if (next) {
      event.preventDefault()
      selection.move(slotName(next), event.shiftKey)
      focus(slotName(next))
    } else if (event.key === ' ') {
      event.preventDefault()
      selection.toggle(selection.cursor)
    } else if (event.key === 'Escape') selection.clear()
    else if (event.key === 'Enter') onOpen(selection.cursor)
    else if (chord === 'Ctrl+a') {
      event.preventDefault()
      selection.all(map.slots.filter((slot) => slot.state === 'filled').map((slot) => slot.slot))
    } else if (onKey(chord, selection.cursor)) event.preventDefault()
  }
  const slotOf = (event: MouseEvent | DragEvent) => (event.target as Element).closest<HTMLElement>('[data-slot]')?.dataset.slot
  const click = (event: MouseEvent) => {
    const slot = slotOf(event)
    if (!slot) return
    if (event.ctrlKey || event.metaKey) selection.toggle(slot)
    else selection.move(slot, event.shiftKey)
    focus(slot)
  }
  const over = (event: DragEvent, on: boolean) => {
    const cell = (event.target as Element).closest<HTMLElement>('[data-slot]')
    if (!cell || cell.dataset.state !== 'free') return
    if (on) event.preventDefault()
    cell.toggleAttribute('data-over', on)
    if (on) cell.dataset.over = 'true'
  }
  const columns = Array.from({ length: map.columns }, (_, column) => column)
  const width = dense ? '24px' : 'minmax(24px, 1fr)'
  return (
    <>
      <div className={css.wrap}>
        <div
          ref={grid}
          role="grid"
          aria-label={`${map.unit.name}, ${map.rows} rows by ${map.columns} columns`}
          aria-multiselectable
          className={css.grid}
          data-dense={dense}
          data-fits={!dense}
          style={{ gridTemplateColumns: `1.6rem repeat(${map.columns}, ${width})` }}
          onKeyDown={keyDown}
          onClick={click}
          onDoubleClick={(event) => { const slot = slotOf(event); if (slot) onOpen(slot) }}
          onDragStart={(event) => event.dataTransfer.setData('text/plain', slotOf(event) ?? '')}
          onDragOver={(event) => mayChange && over(event, true)}
          onDragLeave={(event) => over(event, false)}
          onDrop={(event) => {
            event.preventDefault()
            over(event, false)
            const to = slotOf(event)
            const from = event.dataTransfer.getData('text/plain')
            if (mayChange && to && from) onDrop(from, to)
          }}
        >
          <div role="row" className={css.rowline}>
            <span role="columnheader" className={`${css.axis} ${css.corner}`}><span className="visually-hidden">A1 is at this corner</span></span>
            {columns.map((column) => <span key={column} role="columnheader" className={css.axis}>{column + 1}</span>)}
          </div>
          {Array.from({ length: map.rows }, (_, row) => (
            <div key={row} role="row" className={css.rowline}>
              <span role="rowheader" className={css.axis}>{rowName(row)}</span>
              {columns.map((column) => {
                const name = slotName({ row, column })
                const slot = bySlot.get(name)
                const group = slot ? groupWord(groupOf(slot, colourBy), colourBy) : ''
                return (
                  <BoxCell
                    key={name}
                    slot={name}
                    label={slot?.state === 'filled' ? (slot.occupant?.label ?? 'taken') : ''}
                    more={moreWords(slot, group)}
                    letter={letters.get(group) ?? ''}
                    tint={tintOf(group)}
                    state={slot?.state ?? 'free'}
                    selected={selection.selected.has(name)}
                    isCut={cutSlots.has(name)}
                    cursor={selection.cursor === name}
                    mayChange={mayChange}
                  />
                )
              })}
            </div>
          ))}
        </div>
      </div>
      {groups.length > 0 && (
        <ul className={css.legend} aria-label="Colours and letters">
          {groups.map((group) => {
            const word = groupWord(group, colourBy)
            return (
              <li key={group}>
                <span className={css.key} data-tint={tintOf(word)} aria-hidden>{letters.get(word)}</span>
                {word}
              </li>
            )
          })}
        </ul>
      )}
    </>
  )
}

function moreWords(slot: Slot | undefined, group: string): string {
  if (!slot) return 'free'
  if (slot.state === 'reserved') return `reserved${slot.occupant ? ` for ${slot.occupant.label}` : ''}`
  return ['', slot.occupant?.barcode, group].filter((part, index) => part || index === 0).join(', ')
}

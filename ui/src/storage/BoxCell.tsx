import { memo } from 'react'
import css from './BoxMap.module.css'

export interface CellProps {
  slot: string
  /** Name of the tube; empty for a free place. */
  label: string
  /** What else a screen reader should hear. */
  more: string
  letter: string
  tint: number
  state: 'free' | 'filled' | 'reserved'
  selected: boolean
  isCut: boolean
  cursor: boolean
  mayChange: boolean
}

/** One place. It redraws only when something of itself changes, so that 384 and 1536 stay quick. */
export const BoxCell = memo(function BoxCell(props: CellProps) {
  const { slot, label, more, letter, tint, state, selected, isCut, cursor, mayChange } = props
  return (
    <div
      role="gridcell"
      data-slot={slot}
      data-state={state}
      data-cut={isCut || undefined}
      data-tint={state === 'filled' ? tint : undefined}
      aria-selected={selected}
      tabIndex={cursor ? 0 : -1}
      draggable={mayChange && state === 'filled'}
      className={css.cell}
      title={`${slot}: ${label}${more}`}
    >
      {state === 'filled' && <span className={css.letter} aria-hidden>{letter}</span>}
      <span className="visually-hidden">{slot}: </span>
      {state === 'filled' && <span className={css.name}>{label}</span>}
      <span className="visually-hidden">{more}</span>
    </div>
  )
})

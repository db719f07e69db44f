import { Button, type ButtonProps } from '@mantine/core'
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import css from './MoreMenu.module.css'

export interface MenuEntry {
  label: string
  danger?: boolean
  onSelect: () => void
}

/** The rarer verbs. Arrows walk, Escape closes and gives the focus back. A tenth of the weight of a positioned menu. */
export function MoreMenu({ entries, name = 'More', size }: { entries: MenuEntry[]; name?: string; size?: ButtonProps['size'] }) {
  const [open, setOpen] = useState(false)
  const place = useRef<HTMLSpanElement>(null)
  const opener = useRef<HTMLButtonElement>(null)
  const items = () => [...(place.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])]
  useEffect(() => {
    if (!open) return
    items()[0]?.focus()
    const outside = (event: PointerEvent) => {
      if (!place.current?.contains(event.target as Node)) setOpen(false)
    }
    document.addEventListener('pointerdown', outside)
    return () => document.removeEventListener('pointerdown', outside)
  }, [open])
  const close = () => {
    setOpen(false)
    opener.current?.focus()
  }
  const keyDown = (event: KeyboardEvent) => {
    const all = items()
    const at = all.indexOf(document.activeElement as HTMLElement)
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (event.key === 'Escape') close()
    else if (event.key === 'Tab') setOpen(false)
    else if (to !== undefined) all[(to + all.length) % all.length]?.focus()
    else return
    if (event.key !== 'Tab') event.preventDefault()
  }
  return (
    <span ref={place} className={css.place}>
      <Button ref={opener} variant="default" size={size} aria-haspopup="menu" aria-expanded={open} aria-label={name} onClick={() => setOpen(!open)}>
        More
      </Button>
      {open && (
        <div role="menu" aria-label={name} className={css.menu} onKeyDown={keyDown}>
          {entries.map((entry) => (
            <button
              key={entry.label}
              type="button"
              role="menuitem"
              tabIndex={-1}
              className={css.item}
              data-danger={entry.danger}
              onClick={() => {
                close()
                entry.onSelect()
              }}
            >
              {entry.label}
            </button>
          ))}
        </div>
      )}
    </span>
  )
}

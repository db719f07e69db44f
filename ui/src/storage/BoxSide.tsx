import { Button, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import type { Slot } from '~/api/types'
import { StateBadge } from '~/shared/StateBadge'
import { count } from '~/shared/words'
import type { CutTube } from './clipboard'

interface Props {
  cursor: string
  slot: Slot | undefined
  chosen: readonly CutTube[]
  held: readonly CutTube[]
  busy: boolean
  mayChange: boolean
  mayPut: boolean
  /** Whether it was put there. */
  onPlace: (label: string) => Promise<boolean>
  onCut: () => void
  onPaste: () => void
  onDropCut: () => void
  onTakeOut: () => void
}

/** What stands at the cursor, and what may be done with it; keys are named beside their buttons. */
export function BoxSide(props: Props) {
  const { cursor, slot, chosen, held, busy, mayChange, mayPut, onPlace, onCut, onPaste, onDropCut, onTakeOut } = props
  const [label, setLabel] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const [placed, setPlaced] = useState(0)
  // The next tube follows: the field stands at the next place by now, and may be a new one.
  useEffect(() => {
    if (placed > 0) field.current?.focus()
  }, [placed])
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || label.trim() === '' || !(await onPlace(label.trim()))) return
    setLabel('')
    setPlaced((before) => before + 1)
  }
  const occupant = slot?.state === 'filled' ? slot.occupant : undefined
  return (
    <section className="panel stack" aria-label="The chosen place" aria-live="polite">
      <div className="row-between">
        <h2 style={{ margin: 0, fontSize: '1.05rem' }}>
          {chosen.length > 1 ? `${count(chosen.length, 'tube')} chosen` : cursor}
        </h2>
        {chosen.length <= 1 && occupant?.sample_state && <StateBadge state={occupant.sample_state} />}
      </div>
      {chosen.length <= 1 &&
        (occupant ? (
          <div>
            <div style={{ fontWeight: 600 }}>
              {occupant.entity.startsWith('sample/') ? <Link to="/samples/$id" params={{ id: occupant.id }}>{occupant.label}</Link> : <Link to="/storage/$id" params={{ id: occupant.id }}>{occupant.label}</Link>}
            </div>
            <div className="soft">
              <span className="mono">{occupant.barcode}</span>
              {occupant.project && ` · ${occupant.project}`}
            </div>
          </div>
        ) : slot?.state === 'reserved' ? (
          <p className="soft" style={{ margin: 0 }}>Reserved{slot.occupant ? ` for ${slot.occupant.label}` : ''}. A move is under way.</p>
        ) : (
          mayPut && (
            <form onSubmit={(event) => void submit(event)}>
              <TextInput
                ref={field}
                label={`Put a tube at ${cursor}`}
                description="Scan its label now, or type it and press Enter."
                value={label}
                onChange={(event) => setLabel(event.currentTarget.value)}
                id="place-label"
                data-scan-field
              />
            </form>
          )
        ))}
      {mayChange && (
        <div className="row">
          {chosen.length > 0 && (
            <>
              <Button size="xs" variant="default" onClick={onTakeOut} disabled={busy}>Take out (T)</Button>
              <Button size="xs" variant="default" onClick={onCut} disabled={busy}>Cut (X)</Button>
            </>
          )}
          {mayPut && held.length > 0 && (
            <>
              <Button size="xs" onClick={onPaste} loading={busy}>Paste {held.length} at {cursor} (V)</Button>
              <Button size="xs" variant="subtle" onClick={onDropCut}>Forget the cut</Button>
            </>
          )}
        </div>
      )}
      {mayChange && <p className="soft" style={{ margin: 0, fontSize: '0.84rem' }}>Arrows walk, Shift + arrows select, Space picks, Enter opens, Esc clears. Dragging works too.</p>}
    </section>
  )
}

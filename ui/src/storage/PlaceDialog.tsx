import { Autocomplete, Button, Modal, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useRef, useState, type FormEvent } from 'react'
import { asProblem, sortByField, type Problem } from '~/api/problem'
import type { Sample } from '~/api/types'
import { ProblemNote } from '~/shared/states'
import { findUnitsQuery } from './api'
import { usePlacing } from './usePlacing'

/** Asks for a box by name, pick or scan, and for a place in it. Enter after the box scan goes to the place. */
export default function PlaceDialog({ sample, onClose }: { sample: Sample; onClose: () => void }) {
  const { place } = usePlacing()
  const [unit, setUnit] = useState('')
  const [slot, setSlot] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)
  const [sending, setSending] = useState(false)
  const slotField = useRef<HTMLInputElement>(null)
  const [words] = useDebouncedValue(unit, 150)
  const found = useQuery({ ...findUnitsQuery(words), placeholderData: keepPreviousData })
  const boxes = found.data?.items.filter((one) => one.state === 'available') ?? []
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (unit.trim() === '') return
    setSending(true)
    try {
      const picked = boxes.find((one) => one.name === unit.trim())
      await place(sample, picked?.id ?? unit.trim(), slot.trim())
      onClose()
    } catch (error) {
      setProblem(asProblem(error))
    } finally {
      setSending(false)
    }
  }
  const sorted = problem ? sortByField(problem, ['unit', 'slot']) : null
  return (
    <Modal opened onClose={onClose} title={`${sample.place ? 'Move' : 'Place'} ${sample.name}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        {problem && sorted && (sorted.rest.length > 0 || sorted.beside.size === 0) && <ProblemNote error={problem} rest={sorted.rest} />}
        <Autocomplete
          label="Into which box or plate?"
          description="Scan its label, or type its name."
          value={unit}
          onChange={setUnit}
          data={[...new Set(boxes.map((one) => one.name))]}
          error={sorted?.beside.get('unit')}
          data-autofocus
          data-scan-field
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || unit.trim() === '') return
            event.preventDefault()
            slotField.current?.focus()
          }}
          openOnFocus={false}
          comboboxProps={{ withinPortal: true }}
        />
        <TextInput
          ref={slotField}
          label="At which place?"
          description="A1 for instance; empty means the first free one."
          value={slot}
          onChange={(event) => setSlot(event.currentTarget.value)}
          error={sorted?.beside.get('slot')}
          data-scan-field
        />
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>Cancel</Button>
          <Button type="submit" loading={sending} disabled={unit.trim() === ''}>{sample.place ? 'Move' : 'Place'}</Button>
        </div>
      </form>
    </Modal>
  )
}

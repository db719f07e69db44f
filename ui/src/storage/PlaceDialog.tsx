import { Autocomplete, Button, Modal, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useRef, useState, type FormEvent } from 'react'
import { asProblem, sortByField, type Problem } from '~/api/problem'
import type { Sample, StorageUnit } from '~/api/types'
import { FormProblem } from '~/shared/form/FormProblem'
import { useOnce } from '~/shared/form/useOnce'
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
  const once = useOnce()
  /** Of several with one name, each with where it stands: the name alone would be any of them. */
  const told = useRef(new Map<string, string>())
  const wordsOf = (one: StorageUnit) => {
    if (boxes.filter(({ name }) => name === one.name).length === 1) return one.name
    const around = one.path.filter(({ id }) => id !== one.id).map(({ label }) => label).reverse()
    const words = `${one.name} in ${around.join(', ') || 'no other unit'}`
    told.current.set(words, one.id)
    return words
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (unit.trim() === '') return
    setSending(true)
    try {
      const into = unit.trim()
      await once([unit, slot], (key) => place(sample, told.current.get(into) ?? into, slot.trim(), { key }))
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
        <Autocomplete
          label="Into which box or plate?"
          description="Scan its label, or type its name."
          value={unit}
          onChange={setUnit}
          data={[...new Set(boxes.map(wordsOf))]}
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
        {problem && sorted && (sorted.rest.length > 0 || sorted.beside.size === 0) && <FormProblem problem={problem} rest={sorted.rest} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>Cancel</Button>
          <Button type="submit" loading={sending} disabled={unit.trim() === ''}>{sample.place ? 'Move' : 'Place'}</Button>
        </div>
      </form>
    </Modal>
  )
}

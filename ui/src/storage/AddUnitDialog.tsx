import { Button, Modal, NativeSelect, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState, type FormEvent, type KeyboardEvent } from 'react'
import { asProblem, besideLabel, sortByField, type Problem } from '~/api/problem'
import type { StorageUnit } from '~/api/types'
import { FormProblem } from '~/shared/form/FormProblem'
import { useOnce } from '~/shared/form/useOnce'
import { say } from '~/shared/undo'
import { kindWord, temperatures } from '~/shared/words'
import { useUnitCommands } from './api'
import { childKinds, layoutsOf, nextName } from './kinds'

interface Props {
  parent?: StorageUnit
  siblings: readonly string[]
  onClose: () => void
}

/** A list of choices keeps Enter for itself; here it means what it means in every other field. */
function enterSends(event: KeyboardEvent<HTMLSelectElement>) {
  if (event.key !== 'Enter') return
  event.preventDefault()
  event.currentTarget.form?.requestSubmit()
}

/** Everything has a sensible value already: Enter makes a freezer, a rack or a box as labs buy them. */
export default function AddUnitDialog({ parent, siblings, onClose }: Props) {
  const { add } = useUnitCommands()
  const navigate = useNavigate()
  const kinds = childKinds[parent?.kind ?? ''] ?? ['box']
  const [kind, setKind] = useState(kinds[0] ?? 'box')
  const [name, setName] = useState(nextName(kindWord(kind), siblings))
  const [layout, setLayout] = useState(layoutsOf[kind]?.[0]?.value ?? 'any')
  const [temperature, setTemperature] = useState(parent ? '' : '-80')
  const [barcode, setBarcode] = useState('')
  const [slot, setSlot] = useState('')
  const [problem, setProblem] = useState<Problem | null>(null)
  const [sending, setSending] = useState(false)
  const once = useOnce()
  const choices = layoutsOf[kind] ?? []
  const pickKind = (next: string) => {
    if (name === nextName(kindWord(kind), siblings)) setName(nextName(kindWord(next), siblings))
    setKind(next)
    setLayout(layoutsOf[next]?.[0]?.value ?? 'any')
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setSending(true)
    try {
      const chosen = choices.find((one) => one.value === layout)?.layout
      const asked = {
        kind,
        name: name.trim(),
        ...(barcode.trim() ? { barcode: barcode.trim() } : {}),
        ...(chosen && Object.keys(chosen).length > 0 ? { layout: chosen } : {}),
        ...(temperature ? { temperature } : {}),
        ...(parent ? { parent: parent.id } : {}),
        ...(slot.trim() ? { slot: slot.trim() } : {}),
      }
      const made = await once(asked, (key) => add(asked, { key }))
      say(`${made.name} is added.`)
      onClose()
      await navigate({ to: '/storage/$id', params: { id: made.id } })
    } catch (error) {
      setProblem(asProblem(besideLabel(error, 'barcode', barcode)))
      setSending(false)
    }
  }
  const sorted = problem ? sortByField(problem, ['kind', 'name', 'barcode', 'temperature', 'slot', 'layout']) : null
  return (
    <Modal opened onClose={onClose} title={parent ? `Add to ${parent.name}` : 'Add storage'} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
        <NativeSelect label="What is it?" value={kind} onChange={(event) => pickKind(event.currentTarget.value)} data={kinds.map((value) => ({ value, label: kindWord(value) }))} data-autofocus onKeyDown={enterSends} />
        <TextInput label="Name" withAsterisk value={name} onChange={(event) => setName(event.currentTarget.value)} error={sorted?.beside.get('name')} />
        {choices.length > 1 && (
          <NativeSelect label="Places inside" value={layout} onChange={(event) => setLayout(event.currentTarget.value)} data={choices.map(({ value, label }) => ({ value, label }))} error={sorted?.beside.get('layout')} />
        )}
        <NativeSelect label="Temperature" value={temperature} onChange={(event) => setTemperature(event.currentTarget.value)} data={[{ value: '', label: parent ? `As ${parent.name}` : 'Not said' }, ...temperatures]} error={sorted?.beside.get('temperature')} />
        <TextInput label="Barcode" description="Scan its label, or leave empty." value={barcode} onChange={(event) => setBarcode(event.currentTarget.value)} error={sorted?.beside.get('barcode')} data-scan-field />
        {parent && <TextInput label={`Place in ${parent.name}`} description="Empty: the first free one." value={slot} onChange={(event) => setSlot(event.currentTarget.value)} error={sorted?.beside.get('slot')} />}
        {problem && sorted && sorted.beside.size === 0 && <FormProblem problem={problem} rest={sorted.rest} />}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={onClose}>Cancel</Button>
          <Button type="submit" loading={sending} disabled={name.trim() === ''}>Add</Button>
        </div>
      </form>
    </Modal>
  )
}

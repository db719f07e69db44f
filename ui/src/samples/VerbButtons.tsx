import { Button } from '@mantine/core'
import { useState } from 'react'
import type { WriteOptions } from '~/api/client'
import { asProblem, besideLabel } from '~/api/problem'
import type { Sample } from '~/api/types'
import { FormDialog } from '~/shared/form/FormDialog'
import { toBody, type Values } from '~/shared/form/fields'
import { later } from '~/shared/later'
import { MoreMenu } from '~/shared/MoreMenu'
import { offerUndo, say } from '~/shared/undo'
import { useSampleCommands } from './api'
import { CorrectDialog } from './CorrectDialog'
import { mayPlace, verbsFor, type VerbSpec } from './verbs'

const PlaceDialog = later(() => import('~/storage/PlaceDialog'))

type Open = VerbSpec | 'place' | 'correct' | 'relabel' | null

/** The state verbs that fit now: the two likeliest as buttons, the rest in a menu. */
export function VerbButtons({ sample }: { sample: Sample }) {
  const commands = useSampleCommands()
  const [open, setOpen] = useState<Open>(null)
  const close = () => setOpen(null)
  const fitting = verbsFor(sample)
  const run = async (spec: VerbSpec, values: Values, once?: WriteOptions) => {
    const before = sample
    await commands.verb(sample.id, spec.verb, toBody(values), once)
    const back = spec.undo?.(before)
    const words = `${sample.name} is ${spec.done}.`
    if (back) offerUndo(words, () => commands.verb(before.id, back.verb, back.body))
    else say(words)
  }
  const start = (spec: VerbSpec) => {
    if (spec.fields.length === 0 && !spec.intro) void run(spec, {}).catch((error: unknown) => say(asProblem(error).message, 'bad'))
    else setOpen(spec)
  }
  const main = fitting.filter(({ verb }) => ['receive', 'accept', 'take-out', 'end-hold', 'reinstate'].includes(verb))
  const others = fitting.filter((spec) => !main.includes(spec))
  return (
    <>
      {mayPlace(sample) && (
        <Button variant={main.length > 0 && !sample.place ? 'default' : 'filled'} onClick={() => setOpen('place')}>
          {sample.place ? 'Move' : 'Place'}
        </Button>
      )}
      {main.map((spec) => (
        <Button key={spec.verb} variant={sample.place ? 'default' : 'filled'} onClick={() => start(spec)}>
          {spec.label}
        </Button>
      ))}
      <MoreMenu
        entries={[
          { label: 'Correct the facts', onSelect: () => setOpen('correct') },
          { label: 'Relabel', onSelect: () => setOpen('relabel') },
          ...others.map((spec) => ({ label: spec.label, danger: spec.danger, onSelect: () => start(spec) })),
        ]}
      />
      {open === 'place' && <PlaceDialog sample={sample} onClose={close} />}
      {open === 'correct' && <CorrectDialog sample={sample} onClose={close} />}
      {open === 'relabel' && (
        <FormDialog
          title={`Relabel ${sample.name}`}
          intro={`The old label ${sample.barcode} goes on naming this sample.`}
          fields={[{ name: 'barcode', label: 'New barcode', placeholder: 'Scan it, or leave empty for a new label', scan: true }]}
          action="Relabel"
          onClose={close}
          send={async (values, once) => {
            const done = await commands.verb(sample.id, 'relabel', toBody(values), once).catch((error: unknown) => { throw besideLabel(error, 'barcode', values.barcode) })
            say(`The label is now ${done.barcode}.`)
          }}
        />
      )}
      {open !== null && typeof open === 'object' && (
        <FormDialog
          title={`${open.label}: ${sample.name}`}
          intro={open.intro}
          fields={open.fields}
          action={open.label}
          danger={open.danger}
          onClose={close}
          send={(values, once) => run(open, values, once)}
        />
      )}
    </>
  )
}

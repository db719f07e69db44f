import { Button } from '@mantine/core'
import { useState } from 'react'
import type { WriteOptions } from '~/api/client'
import { asProblem } from '~/api/problem'
import type { Run, RunState } from '~/api/types'
import { FormDialog } from '~/shared/form/FormDialog'
import { toBody, type FieldSpec, type Values } from '~/shared/form/fields'
import { MoreMenu } from '~/shared/MoreMenu'
import { offerUndo, say } from '~/shared/undo'
import { useRunCommands, type RunVerb } from './api'

interface VerbSpec {
  verb: RunVerb
  label: string
  done: string
  from: RunState[]
  fields?: FieldSpec[]
  /** What a person should know before it is done: a button beside another is pressed by a slip, and there is no way back. */
  intro?: string
  danger?: boolean
  main?: boolean
}
const why = (label: string): FieldSpec[] => [{ name: 'reason', label, kind: 'long', required: 'Say why, for those who read the history.' }]
const flowCell: FieldSpec = { name: 'flow_cell', label: 'Flow cell', required: 'Scan or type its barcode.', scan: true }
const verbs: VerbSpec[] = [
  { verb: 'validate', label: 'Validate', done: 'is validated', from: ['draft'], main: true },
  { verb: 'queue', label: 'Queue', done: 'is queued', from: ['validated'], main: true, intro: 'Once it is queued, the samples on its lanes cannot be changed any more.' },
  { verb: 'start', label: 'Start', done: 'is running', from: ['queued'], main: true, intro: 'Say so when the instrument runs. A start cannot be taken back.' },
  {
    verb: 'complete', label: 'Complete', done: 'is completed', from: ['running'], main: true,
    fields: [
      { name: 'yield_gbases', label: 'Yield', unit: 'Gbases', kind: 'number' },
      { name: 'q30_percent', label: 'Bases at Q30 or better', unit: '%', kind: 'number' },
    ],
  },
  { verb: 'fail', label: 'Fail', done: 'has failed', from: ['running'], danger: true, main: true, fields: why('Why did it fail?') },
  { verb: 'end-hold', label: 'End the hold', done: 'is off hold', from: ['on_hold'], main: true },
  {
    verb: 'load-flow-cell', label: 'Load the flow cell', done: 'has its flow cell', from: ['draft', 'validated', 'queued'],
    fields: [flowCell],
  },
  { verb: 'hold', label: 'Put on hold', done: 'is on hold', from: ['draft', 'validated', 'queued', 'running'], fields: why('Why is it on hold?') },
  { verb: 'abort', label: 'Abort', done: 'is aborted', from: ['draft', 'validated', 'queued', 'running', 'on_hold'], danger: true, fields: why('Why is it aborted?') },
]

export function RunVerbs({ run }: { run: Run }) {
  const commands = useRunCommands()
  const [open, setOpen] = useState<VerbSpec | null>(null)
  const [busy, setBusy] = useState(false)
  const fitting = verbs.filter((spec) => spec.from.includes(run.state))
  const send = async (spec: VerbSpec, values: Values, once?: WriteOptions) => {
    if (spec.verb === 'start' && values.flow_cell) {
      // A repeat of the form finds the run started, where nothing is loaded any more: its first loading is repeated, too.
      await commands.verb(run.id, 'load-flow-cell', toBody(values), once?.key ? { key: `${once.key}-flow-cell` } : {})
      values = {}
    }
    await commands.verb(run.id, spec.verb, toBody(values), once)
    if (spec.verb === 'hold') offerUndo(`${run.name} is on hold.`, () => commands.verb(run.id, 'end-hold', { reason: 'Undone: it was a slip' }))
    else say(`${run.name} ${spec.done}.`)
  }
  const press = (spec: VerbSpec) => {
    // No run starts without a flow cell: who presses Start has it in hand.
    if (spec.verb === 'start' && !run.flow_cell) return setOpen({ ...spec, fields: [flowCell] })
    if (spec.fields || spec.intro) return setOpen(spec)
    setBusy(true)
    send(spec, {})
      .catch((error: unknown) => say([asProblem(error).message, ...asProblem(error).fields.map((field) => field.detail)].join(' '), 'bad'))
      .finally(() => setBusy(false))
  }
  const others = fitting.filter((spec) => !spec.main)
  return (
    <>
      {fitting.filter((spec) => spec.main).map((spec) => (
        <Button key={spec.verb} color={spec.danger ? 'red' : undefined} variant={spec.danger ? 'light' : 'filled'} loading={busy} onClick={() => press(spec)}>
          {spec.label}
        </Button>
      ))}
      {others.length > 0 && <MoreMenu entries={others.map((spec) => ({ label: spec.label, danger: spec.danger, onSelect: () => press(spec) }))} />}
      {open && (
        <FormDialog title={`${open.label}: ${run.name}`} intro={open.intro} fields={open.fields ?? []} action={open.label} danger={open.danger} onClose={() => setOpen(null)} send={(values, once) => send(open, values, once)} />
      )}
    </>
  )
}

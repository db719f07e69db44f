// What may be done with a sample in each state, and what a person is asked for it.
import type { Sample, SampleState } from '~/api/types'
import type { FieldSpec } from '~/shared/form/fields'
import type { SampleVerb } from './api'

export interface VerbSpec {
  verb: SampleVerb
  label: string
  done: string
  from: SampleState[]
  fields: FieldSpec[]
  danger?: boolean
  intro?: string
  /** The command that takes it back, where there is one. */
  undo?: (before: Sample) => { verb: SampleVerb; body: Record<string, unknown> } | null
}

const live: SampleState[] = ['registered', 'received', 'accepted', 'in_storage', 'in_process', 'completed']
const reason = (label: string, required: string): FieldSpec => ({ name: 'reason', label, kind: 'long', required })
const undone = { reason: 'Undone: it was a slip' }
/** A tube that had a place goes back to it; that is a different command. */
const reinstated = (before: Sample) => (before.place ? null : { verb: 'reinstate' as const, body: undone })

export const sampleVerbs: VerbSpec[] = [
  {
    verb: 'receive', label: 'Receive', done: 'received', from: ['registered'],
    fields: [
      {
        name: 'condition', label: 'Condition on arrival', kind: 'suggest', placeholder: 'frozen',
        options: ['frozen', 'on dry ice', 'cooled', 'at room temperature', 'thawed', 'damaged'].map((value) => ({ value, label: value })),
      },
      { name: 'temperature_celsius', label: 'Measured temperature', unit: '°C', kind: 'number' },
    ],
  },
  { verb: 'accept', label: 'Accept', done: 'accepted', from: ['received'], fields: [] },
  {
    verb: 'reject', label: 'Reject', done: 'rejected', from: ['received'], danger: true, undo: reinstated,
    fields: [reason('Why is it rejected?', 'Say why, so that the submitter can be told.')],
  },
  {
    verb: 'take-out', label: 'Take out', done: 'taken out', from: live,
    fields: [
      { name: 'purpose', label: 'What for?', required: 'Say what it is taken out for.', placeholder: 'library preparation' },
      { name: 'due_at', label: 'Back by', kind: 'moment' },
    ],
    undo: (before) =>
      before.place ? { verb: 'place', body: { unit: before.place.unit_id, slot: before.place.slot, reason: undone.reason } } : null,
  },
  {
    verb: 'hold', label: 'Put on hold', done: 'on hold', from: live, undo: () => ({ verb: 'end-hold', body: undone }),
    fields: [reason('Why is it on hold?', 'Say why, so that others know what to wait for.')],
  },
  {
    verb: 'end-hold', label: 'End the hold', done: 'off hold', from: ['on_hold'], fields: [],
    undo: (before) => ({ verb: 'hold', body: { reason: before.state_reason || undone.reason } }),
  },
  {
    verb: 'archive', label: 'Archive', done: 'archived', from: ['accepted', 'in_storage', 'completed'], fields: [], undo: () => ({ verb: 'reinstate', body: undone }),
    intro: 'An archived sample stays in the history and in search. It can be reinstated.',
  },
  {
    verb: 'discard', label: 'Discard', done: 'discarded', from: live, danger: true, undo: reinstated,
    intro: 'The tube leaves its place for good.',
    fields: [
      reason('Why is it discarded?', 'Say why it is discarded.'),
      { name: 'how', label: 'How?', kind: 'suggest', required: 'Say how it is discarded.', placeholder: 'autoclaved', options: ['autoclaved', 'incinerated', 'biohazard waste', 'returned to the submitter'].map((value) => ({ value, label: value })) },
    ],
  },
  {
    verb: 'reinstate', label: 'Reinstate', done: 'reinstated', from: ['rejected', 'discarded', 'archived'],
    fields: [reason('Why was it a mistake?', 'Say why the decision is taken back.')],
  },
]

export function verbsFor(sample: Sample): VerbSpec[] {
  return sampleVerbs.filter(({ verb, from }) => from.includes(sample.state) && (verb !== 'take-out' || sample.place !== null))
}
/** What was not accepted yet has no place; what is archived may only be moved. */
export const mayPlace = ({ state, place }: Sample) =>
  ['accepted', 'in_storage', 'in_process', 'completed', 'on_hold'].includes(state) || (state === 'archived' && place !== null)

// The lab's words for the contract's names.
import type { RunState, SampleState } from '~/api/types'

export const sampleStateWords: Record<SampleState, string> = {
  registered: 'Registered',
  received: 'Received',
  accepted: 'Accepted',
  rejected: 'Rejected',
  in_storage: 'In storage',
  in_process: 'In process',
  on_hold: 'On hold',
  completed: 'Completed',
  archived: 'Archived',
  discarded: 'Discarded',
  consumed: 'Used up',
}
export const runStateWords: Record<RunState, string> = {
  draft: 'Draft',
  validated: 'Validated',
  queued: 'Queued',
  running: 'Running',
  completed: 'Completed',
  failed: 'Failed',
  aborted: 'Aborted',
  on_hold: 'On hold',
}
const otherWords: Record<string, string> = {
  available: 'Available',
  maintenance: 'In maintenance',
  retired: 'Retired',
  listing: 'Reading rows',
  reserving: 'Reserving labels',
  refused: 'Refused',
  parked: 'Needs attention',
  active: 'Active',
  paused: 'Paused',
  deleted: 'Deleted',
  waiting: 'Waiting',
  delivered: 'Delivered',
  retrying: 'Trying again',
  abandoned: 'Given up',
  dead: 'Given up',
}

export type Tone = 'neutral' | 'calm' | 'good' | 'warn' | 'bad' | 'accent'

const tones: Record<string, Tone> = {
  received: 'calm', accepted: 'calm', in_storage: 'good', in_process: 'accent', on_hold: 'warn',
  rejected: 'bad', discarded: 'neutral', archived: 'neutral', consumed: 'neutral', completed: 'good',
  validated: 'calm', queued: 'calm', running: 'accent', failed: 'bad', aborted: 'bad',
  available: 'good', maintenance: 'warn', retired: 'neutral',
  listing: 'accent', reserving: 'accent', refused: 'bad', parked: 'bad',
  active: 'good', paused: 'warn', delivered: 'good', dead: 'bad', retrying: 'warn', abandoned: 'bad',
}

export function stateWord(state: string): string {
  const all: Record<string, string> = { ...sampleStateWords, ...runStateWords, ...otherWords }
  return all[state] ?? state.replaceAll('_', ' ')
}
export function toneOf(state: string): Tone {
  return tones[state] ?? 'neutral'
}

const kindWords: Record<string, string> = {
  site: 'Site', building: 'Building', room: 'Room', freezer: 'Freezer', shelf: 'Shelf', drawer: 'Drawer',
  rack: 'Rack', box: 'Box', plate: 'Plate', tube_rack: 'Tube rack', bag: 'Bag', sample: 'Sample',
  storage_unit: 'Storage', run: 'Run', project: 'Project', import: 'Import', barcode: 'Label', move: 'Move', discard: 'Discard',
  notification_rule: 'Rule', delivery: 'Message',
}
export function kindWord(kind: string): string {
  return kindWords[kind] ?? kind.replaceAll('_', ' ')
}

export const fieldWords: Record<string, string> = {
  name: 'Name', barcode: 'Barcode', project: 'Project', submission: 'Submission', type: 'Type',
  taxon_id: 'NCBI taxon', organism: 'Organism', donor: 'Donor', collected_at: 'Collected',
  collected_where: 'Collected where', collected_by: 'Collected by', received_at: 'Received',
  concentration_ng_per_ul: 'Concentration', volume_ul: 'Volume', amount_ng: 'Amount',
  requires_temperature: 'Keep at', notes: 'Notes', custom: 'Other columns', state: 'State', slot: 'Place', place: 'Place',
  flow_cell: 'Flow cell', state_reason: 'Reason',
}
export function fieldWord(field: string): string {
  return fieldWords[field] ?? field.replace(/^custom[./]/, '').replaceAll('_', ' ')
}

export const sampleTypes = [
  'DNA', 'RNA', 'protein', 'cell_culture', 'tissue', 'blood', 'serum', 'plasma', 'urine', 'saliva', 'swab',
  'environmental', 'other',
].map((value) => ({ value, label: value.replaceAll('_', ' ') }))

export const temperatures = [
  { value: 'LN2', label: 'LN2 vapour' },
  { value: '-80', label: '−80 °C' },
  { value: '-20', label: '−20 °C' },
  { value: '4', label: '4 °C' },
  { value: 'RT', label: 'Room temperature' },
  { value: '37', label: '37 °C' },
]
/** The contract writes classes as people do; older answers carry the enum's own names. */
export function temperatureWord(value: string): string {
  const plain = value.replace('minus_', '-').replace('plus_', '')
  if (plain === '' || plain === 'unspecified') return ''
  return temperatures.find((one) => one.value === plain)?.label ?? value
}

export function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount.toLocaleString('en')} ${amount === 1 ? one : many}`
}
/** `sample_rejected` → `Sample rejected`. */
export const eventWord = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ')

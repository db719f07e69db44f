// One scan, done on the server: asks first where the tube should be, so that a wrong place is seen.
import { api, unwrap } from '~/api/client'
import type { Sample } from '~/api/types'
import { sendSampleVerb } from '~/samples/api'
import { stateWord } from '~/shared/words'
import type { Outcome, Place, ScanItem } from './queue'

const where = (place: Sample['place']) => (place ? `${place.unit_label} ${place.slot}` : 'not in storage')
const placeOf = (sample: Sample): Place | null =>
  sample.place ? { unit_id: sample.place.unit_id, slot: sample.place.slot, unit_label: sample.place.unit_label } : null
const readSample = (label: string) => unwrap(api.GET('/samples/{id}', { params: { path: { id: label } } }))

export async function sendScan(item: ScanItem): Promise<Outcome> {
  const before = await readSample(item.label)
  const { name } = before
  const options = { key: item.key }
  const reason = item.reason ? { reason: item.reason } : {}
  const elsewhere = before.place !== null && before.place.unit_id !== item.unit
  switch (item.verb) {
    case 'receive': {
      const after = await sendSampleVerb(before.id, 'receive', reason, options)
      return { kind: 'done', name, before: placeOf(before), words: `${name} is ${stateWord(after.state).toLowerCase()}.` }
    }
    case 'take-out':
      await sendSampleVerb(before.id, 'take-out', { purpose: item.purpose ?? 'processing', ...reason }, options)
      return { kind: 'done', name, before: placeOf(before), words: `${name} is taken out of ${where(before.place)}.` }
    case 'check':
      if (!elsewhere && before.place) return { kind: 'done', name, before: placeOf(before), words: `${name} is where it should be: ${where(before.place)}.` }
      break
    case 'place':
      if (before.place && !elsewhere && (!item.slot || before.place.slot === item.slot))
        return { kind: 'done', name, before: placeOf(before), slot: before.place.slot, words: `${name} stands at ${where(before.place)} already.` }
  }
  if (!item.confirmed && (elsewhere || item.verb === 'check'))
    return {
      kind: 'asks', name,
      expected: where(before.place),
      found: `${item.unit_name ?? 'this box'}${item.slot ? ` ${item.slot}` : ''}`,
      words: `${name} is in the wrong place. Confirm moves it here in the records, Next leaves it.`,
    }
  const after = await sendSampleVerb(before.id, 'place', { unit: item.unit, ...(item.slot ? { slot: item.slot } : {}), ...reason }, options)
  return { kind: 'done', name, before: placeOf(before), slot: after.place?.slot, words: `${name} stands at ${where(after.place)}.` }
}

/** The scan that takes another one back; null where nothing does. */
export function compensation(item: ScanItem): (Pick<ScanItem, 'verb' | 'label'> & Partial<ScanItem>) | null {
  const reason = 'Undone at the scan station'
  const { before } = item
  // A check that found the tube in its place changed nothing.
  if (item.verb === 'receive' || (item.verb === 'check' && !item.confirmed)) return null
  if (before) return { verb: 'place', label: item.label, unit: before.unit_id, unit_name: before.unit_label, slot: before.slot, confirmed: true, reason }
  return item.verb === 'take-out' ? null : { verb: 'take-out', label: item.label, purpose: 'placed by mistake', reason }
}

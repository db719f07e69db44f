// One scan, done on the server: asks first where the tube should be, so that a wrong place is seen.
import { api, unwrap } from '~/api/client'
import type { Sample } from '~/api/types'
import { sendSampleVerb, type SampleVerb } from '~/samples/api'
import type { Values } from '~/shared/form/fields'
import { stateWord } from '~/shared/words'
import type { Outcome, Place, ScanItem, Send } from './queue'

const where = (place: Place | null) => (place ? `${place.unit_label} ${place.slot}` : 'not in storage')
const placeOf = (sample: Sample): Place | null =>
  sample.place ? { unit_id: sample.place.unit_id, slot: sample.place.slot, unit_label: sample.place.unit_label } : null
const readSample = (label: string) => unwrap(api.GET('/samples/{id}', { params: { path: { id: label } } }))

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
/** A box that was scanned without network is known by its label alone, and places name boxes by id. */
const readUnitId = async (unit: string) =>
  uuid.test(unit) ? unit : (await unwrap(api.GET('/storage-units/{id}', { params: { path: { id: unit } } }))).id

export const sendScan: Send = async (item, note): Promise<Outcome> => {
  const unit = item.unit && (await readUnitId(item.unit))
  const before = await readSample(item.label)
  const { name, place } = before
  // Where the first answer was lost, the sample may stand where that send has put it.
  const sent = item.before !== undefined
  const was = item.before === undefined ? placeOf(before) : item.before
  const send = (verb: SampleVerb, body: Values) => {
    note({ before: was })
    return sendSampleVerb(before.id, verb, { ...body, ...(item.reason ? { reason: item.reason } : {}) }, { key: item.key })
  }
  const elsewhere = place !== null && place.unit_id !== unit
  switch (item.verb) {
    case 'receive': {
      const after = await send('receive', {})
      return { kind: 'done', name, before: was, words: `${name} is ${stateWord(after.state).toLowerCase()}.` }
    }
    case 'take-out':
      await send('take-out', { purpose: item.purpose ?? 'processing' })
      return { kind: 'done', name, before: was, words: `${name} is taken out of ${where(was)}.` }
    case 'check':
      if (!sent && !elsewhere && place) return { kind: 'done', name, before: was, words: `${name} is where it should be: ${where(place)}.` }
      break
    case 'place':
      if (!sent && !elsewhere && place && (!item.slot || place.slot === item.slot))
        return { kind: 'done', name, before: was, slot: place.slot, words: `${name} stands at ${where(place)} already.` }
  }
  // Also of a repeat: where it stands elsewhere by now, somebody else has put it since.
  if (!item.confirmed && (elsewhere || (!sent && item.verb === 'check')))
    return {
      kind: 'asks', name,
      expected: where(place),
      found: `${item.unit_name ?? 'this box'}${item.slot ? ` ${item.slot}` : ''}`,
      words: `${name} is in the wrong place. Confirm moves it here in the records, Next leaves it.`,
    }
  const after = await send('place', { unit, ...(item.slot ? { slot: item.slot } : {}) })
  return { kind: 'done', name, before: was, slot: after.place?.slot, words: `${name} stands at ${where(after.place)}.` }
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

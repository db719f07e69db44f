// The station's steps, pure: verb → box → tube after tube. What a scan means depends on the step alone.
import { fillOrder, nextFree, parseSlot, slotName, type Grid } from '~/storage/slots'
import type { StationVerb } from './cards'

export interface Box {
  id: string
  name: string
  grid: Grid | null
  /** Places known to be taken, with those given away here. */
  taken: readonly string[]
}
export interface Station {
  verb: StationVerb
  box: Box | null
  /** The place the next tube goes to; null = the server's first free one. */
  slot: string | null
}

export const start: Station = { verb: 'place', box: null, slot: null }
export const needsBox = (verb: StationVerb) => verb === 'place' || verb === 'check'

export function chooseVerb(verb: StationVerb): Station {
  return { verb, box: null, slot: null }
}
export function openBox(station: Station, box: Box): Station {
  return { ...station, box, slot: box.grid ? nextFree(fillOrder(box.grid), new Set(box.taken)) : null }
}
export function leaveBox(station: Station): Station {
  return { ...station, box: null, slot: null }
}

/** `B7`, or a label that ends in it (`BOX-0007:B7`), chooses a place of the open box. */
export function chosenSlot(station: Station, label: string): string | null {
  const grid = station.box?.grid
  if (!grid) return null
  const cell = parseSlot(label.split(/[:/@]/).at(-1) ?? '', grid)
  return cell ? slotName(cell) : null
}

/** Gives the next place away and moves on to the free one behind it, or else to the first. */
export function giveSlot(station: Station): { slot: string | null; after: Station } {
  const { box, slot } = station
  if (!box || !slot || !box.grid) return { slot, after: station }
  const taken = [...box.taken, slot]
  const order = fillOrder(box.grid)
  // Behind a place that was chosen by hand nothing may be free, and much before it.
  const next = nextFree(order, new Set(taken), slot) ?? nextFree(order, new Set(taken))
  return { slot, after: { ...station, box: { ...box, taken }, slot: next } }
}
/** A refused or taken-back place is free again. Without a grid the server gives the places. */
export function freeSlot(station: Station, boxId: string, slot: string): Station {
  const { box } = station
  if (!box?.grid || box.id !== boxId) return station
  const taken = box.taken.filter((one) => one !== slot)
  const order = fillOrder(box.grid)
  const earlier = station.slot === null || order.indexOf(slot) < order.indexOf(station.slot)
  return { ...station, box: { ...box, taken }, slot: earlier ? slot : station.slot }
}

/** What the person should do now, in one sentence. */
export function prompt({ verb, box, slot }: Station): string {
  if (needsBox(verb) && !box) return verb === 'place' ? 'Scan the box or plate that will take the tubes' : 'Scan the box or plate to check'
  if (verb === 'place') return box?.grid && !slot ? `${box.name} is full. Scan another box` : `Scan the tube for ${box?.name}${slot ? ` ${slot}` : ''}`
  if (verb === 'check') return `Scan each tube that lies in ${box?.name}`
  return verb === 'receive' ? 'Scan each tube that has arrived' : 'Scan each tube you take'
}

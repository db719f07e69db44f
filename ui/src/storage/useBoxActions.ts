import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { keys } from '~/api/keys'
import { asProblem } from '~/api/problem'
import type { Sample, StorageMap } from '~/api/types'
import { sampleQuery, useSampleCommands, type SampleVerb } from '~/samples/api'
import { offerUndo, say } from '~/shared/undo'
import { count } from '~/shared/words'
import { putDown, type CutTube } from './clipboard'
import { fillOrder, nextFree } from './slots'

const why = 'Undone: it was a slip'
const whereOf = (place: Sample['place']) => (place ? `stands at ${place.unit_label} ${place.slot}` : 'was taken out')

/** The commands of a box map. Several tubes go one after another; the first refusal stops and is told. */
export function useBoxActions(map: StorageMap) {
  const { verb } = useSampleCommands()
  const cache = useQueryClient()
  const [busy, setBusy] = useState(false)
  /** The keys that commands were sent under, and the versions that they were for. */
  const sent = useRef(new Map<string, number>())
  const { unit } = map
  const read = (id: string) => cache.fetchQuery({ ...sampleQuery(id), staleTime: 0 })
  /** Whether it was done. A refusal is told. */
  const guarded = async (work: () => Promise<void>): Promise<boolean> => {
    setBusy(true)
    try {
      await work()
      return true
    } catch (error) {
      say(asProblem(error).message, 'bad')
      return false
    } finally {
      setBusy(false)
      void cache.invalidateQueries({ queryKey: keys.maps })
    }
  }
  const backAll = (tubes: readonly CutTube[]) => async () => {
    for (const tube of [...tubes].reverse())
      await verb(tube.id, 'place', { unit: tube.place.unit_id, slot: tube.place.slot, reason: why })
  }
  /** One tube from where it was seen. A colleague may have it in hand by now: then it stays as it is. */
  const carry = async (tube: CutTube, what: SampleVerb, body: Record<string, unknown>, key?: string) => {
    // Where its answer was lost, the same command may have carried it already: the repeat alone can say so.
    let ifMatch = key === undefined ? undefined : sent.current.get(key)
    if (!ifMatch) {
      const now = await read(tube.id)
      if (now.place?.unit_id !== tube.place.unit_id || now.place.slot !== tube.place.slot)
        throw new Error(`${tube.name} is not at ${tube.place.unit_label} ${tube.place.slot} any more: it ${whereOf(now.place)}. Nothing of it was changed.`)
      ifMatch = now.version
    }
    if (key) sent.current.set(key, ifMatch)
    await verb(tube.id, what, body, { ifMatch, key })
  }
  /** What was done can be taken back, also where a later tube was refused. */
  const oneByOne = async (tubes: readonly CutTube[], words: (done: readonly CutTube[]) => string, step: (tube: CutTube) => Promise<void>) => {
    const done: CutTube[] = []
    try {
      for (const tube of tubes) {
        await step(tube)
        done.push(tube)
      }
    } finally {
      putDown(done)
      if (done.length > 0) offerUndo(words(done), backAll(done))
    }
  }
  return {
    busy,
    tubeAt: (slot: string): CutTube | null => {
      const occupant = map.slots.find((one) => one.slot === slot && one.state === 'filled')?.occupant
      return occupant?.entity.startsWith('sample/')
        ? { id: occupant.id, name: occupant.label, place: { unit_id: unit.id, slot, unit_label: unit.name } }
        : null
    },
    /** Moves tubes onto free places, from the cursor on. */
    paste: (tubes: readonly CutTube[], from: string) =>
      guarded(async () => {
        const taken = new Set(map.slots.map((slot) => slot.slot))
        const order = fillOrder(map)
        let at: string | null = from
        let put = 0
        await oneByOne(
          tubes,
          (moved) => (moved.length === 1 ? `${moved[0]?.name} moved to ${unit.name} ${at}.` : `${count(moved.length, 'tube')} moved to ${unit.name}.`),
          async (tube) => {
            const to = nextFree(order, taken, at ?? undefined)
            if (!to) throw new Error(`${count(tubes.length - put, 'tube')} did not fit behind ${from}, and stayed in place.`)
            await carry(tube, 'place', { unit: unit.id, slot: to })
            at = to
            put += 1
            taken.add(to)
          },
        )
      }),
    /** Puts whatever carries the label at the place, wherever it stood before. */
    placeLabel: (label: string, slot: string) =>
      guarded(async () => {
        const before = await read(label)
        const { place } = before
        const done = await verb(before.id, 'place', { unit: unit.id, slot }, { ifMatch: before.version })
        offerUndo(place ? `${done.name} moved from ${place.unit_label} ${place.slot} to ${unit.name} ${slot}.` : `${done.name} now stands at ${unit.name} ${slot}.`, () =>
          place
            ? verb(done.id, 'place', { unit: place.unit_id, slot: place.slot, reason: why })
            : verb(done.id, 'take-out', { purpose: 'placed by mistake', reason: why }),
        )
      }),
    /** Each that is out is told to `gone`; sent again under the form's key, it goes on with those that are left. */
    takeOut: async (tubes: readonly CutTube[], body: Record<string, unknown>, key: string | undefined, gone: (tube: CutTube) => void) => {
      try {
        await oneByOne(
          tubes,
          (out) => (out.length === 1 ? `${out[0]?.name} is taken out.` : `${count(out.length, 'tube')} are taken out.`),
          async (tube) => {
            await carry(tube, 'take-out', body, key && `${key}-${tube.id}`)
            gone(tube)
          },
        )
      } finally {
        void cache.invalidateQueries({ queryKey: keys.maps })
      }
    },
  }
}

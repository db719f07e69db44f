import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { keys } from '~/api/keys'
import { asProblem } from '~/api/problem'
import type { StorageMap } from '~/api/types'
import { useSampleCommands } from '~/samples/api'
import { offerUndo, say } from '~/shared/undo'
import { count } from '~/shared/words'
import { cut, type CutTube } from './clipboard'
import { fillOrder, nextFree } from './slots'

const why = 'Undone: it was a slip'

/** The commands of a box map. Several tubes go one after another; the first refusal stops and is told. */
export function useBoxActions(map: StorageMap) {
  const { verb } = useSampleCommands()
  const cache = useQueryClient()
  const [busy, setBusy] = useState(false)
  const { unit } = map
  const guarded = async (work: () => Promise<void>) => {
    setBusy(true)
    try {
      await work()
    } catch (error) {
      say(asProblem(error).message, 'bad')
    } finally {
      setBusy(false)
      void cache.invalidateQueries({ queryKey: keys.maps })
    }
  }
  const backAll = (tubes: readonly CutTube[]) => async () => {
    for (const tube of [...tubes].reverse())
      await verb(tube.id, 'place', { unit: tube.place.unit_id, slot: tube.place.slot, reason: why })
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
        const moved: CutTube[] = []
        let at: string | null = from
        for (const tube of tubes) {
          at = nextFree(order, taken, at ?? undefined)
          if (!at) throw new Error(`${count(tubes.length - moved.length, 'tube')} did not fit behind ${from}. They stayed where they were.`)
          await verb(tube.id, 'place', { unit: unit.id, slot: at })
          taken.add(at)
          moved.push(tube)
        }
        cut([])
        offerUndo(
          moved.length === 1 ? `${moved[0]?.name} moved to ${unit.name} ${at}.` : `${count(moved.length, 'tube')} moved to ${unit.name}.`,
          backAll(moved),
        )
      }),
    /** Puts whatever carries the label at the place, wherever it stood before. */
    placeLabel: (label: string, slot: string) =>
      guarded(async () => {
        const before = cache.getQueryData<{ place: CutTube['place'] | null }>(keys.one('samples', label, undefined))?.place
        const done = await verb(label, 'place', { unit: unit.id, slot })
        offerUndo(`${done.name} now stands at ${unit.name} ${slot}.`, () =>
          before
            ? verb(done.id, 'place', { unit: before.unit_id, slot: before.slot, reason: why })
            : verb(done.id, 'take-out', { purpose: 'placed by mistake', reason: why }),
        )
      }),
    takeOut: async (tubes: readonly CutTube[], body: Record<string, unknown>) => {
      for (const tube of tubes) await verb(tube.id, 'take-out', body)
      void cache.invalidateQueries({ queryKey: keys.maps })
      offerUndo(tubes.length === 1 ? `${tubes[0]?.name} is taken out.` : `${count(tubes.length, 'tube')} are taken out.`, backAll(tubes))
    },
  }
}

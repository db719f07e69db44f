import type { WriteOptions } from '~/api/client'
import { useSampleCommands } from '~/samples/api'
import { offerUndo } from '~/shared/undo'

interface Standing {
  id: string
  name: string
  place: { unit_id: string; slot: string; unit_label?: string } | null
}
const why = 'Undone: it was a slip'

/** Places and moves, with ten seconds to take it back. */
export function usePlacing() {
  const { verb } = useSampleCommands()
  return {
    place: async (thing: Standing, unit: string, slot: string, once: WriteOptions) => {
      const done = await verb(thing.id, 'place', slot ? { unit, slot } : { unit }, once)
      const was = thing.place
      const where = done.place ? `${done.place.unit_label} ${done.place.slot}` : 'its place'
      offerUndo(`${thing.name} now stands at ${where}.`, () =>
        was
          ? verb(thing.id, 'place', { unit: was.unit_id, slot: was.slot, reason: why })
          : verb(thing.id, 'take-out', { purpose: 'placed by mistake', reason: why }),
      )
      return done
    },
  }
}

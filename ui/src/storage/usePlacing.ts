import { useSampleCommands } from '~/samples/api'
import { offerUndo } from '~/shared/undo'

interface Standing {
  id: string
  name: string
  place: { unit_id: string; slot: string; unit_label?: string } | null
}
const why = 'Undone: it was a slip'

/** Places, moves and takes out, each with ten seconds to take it back. */
export function usePlacing() {
  const { verb } = useSampleCommands()
  return {
    place: async (thing: Standing, unit: string, slot: string) => {
      const done = await verb(thing.id, 'place', slot ? { unit, slot } : { unit })
      const was = thing.place
      const where = done.place ? `${done.place.unit_label} ${done.place.slot}` : 'its place'
      offerUndo(`${thing.name} now stands at ${where}.`, () =>
        was
          ? verb(thing.id, 'place', { unit: was.unit_id, slot: was.slot, reason: why })
          : verb(thing.id, 'take-out', { purpose: 'placed by mistake', reason: why }),
      )
      return done
    },
    takeOut: async (thing: Standing, body: Record<string, unknown>) => {
      const done = await verb(thing.id, 'take-out', body)
      const was = thing.place
      if (was)
        offerUndo(`${thing.name} is taken out of ${was.unit_label ?? 'its box'} ${was.slot}.`, () =>
          verb(thing.id, 'place', { unit: was.unit_id, slot: was.slot, reason: why }),
        )
      return done
    },
  }
}

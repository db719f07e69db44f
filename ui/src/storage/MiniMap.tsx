import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useAsOf } from '~/api/moment'
import type { Sample } from '~/api/types'
import { mapQuery } from './api'
import css from './MiniMap.module.css'
import { fillOrder } from './slots'

const drawn_max = 400

/** The box in small, with this tube's place marked; the words say the same. */
export function MiniMap({ place, label }: { place: NonNullable<Sample['place']>; label: string }) {
  const asOf = useAsOf()
  const { data: map } = useQuery(mapQuery(place.unit_id, asOf))
  const filled = new Set(map?.slots.map((slot) => slot.slot))
  const cells = map && map.rows * map.columns <= drawn_max ? fillOrder(map) : []
  const trail = (map?.unit.path ?? []).filter((step) => step.id !== place.unit_id)
  return (
    <>
      {trail.length > 0 && (
        <ol className={css.trail} aria-label="Inside">
          {trail.map((step) => (
            <li key={step.id}>
              <Link to="/storage/$id" params={{ id: step.id }}>{step.label}</Link>
            </li>
          ))}
        </ol>
      )}
      <p className={css.where}>
        <Link to="/storage/$id" params={{ id: place.unit_id }}>{place.unit_label}</Link> · {place.slot}
      </p>
      {cells.length > 0 && (
        <div role="img" aria-label={`${label} stands at ${place.slot} of ${place.unit_label}`} className={css.grid} style={{ gridTemplateColumns: `repeat(${map?.columns}, 1fr)` }}>
          {cells.map((slot) => (
            <span key={slot} className={css.cell} data-filled={filled.has(slot)} data-here={slot === place.slot} />
          ))}
        </div>
      )}
    </>
  )
}

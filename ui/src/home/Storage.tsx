import { Link } from '@tanstack/react-router'
import type { StorageUnit } from '~/api/types'
import { FillBar } from '~/shared/FillBar'

const shown_max = 6

/** The outermost units, the fullest first. */
export function Storage({ units }: { units: readonly StorageUnit[] }) {
  const fullest = [...units].sort((a, b) => (b.fill_percent ?? 0) - (a.fill_percent ?? 0)).slice(0, shown_max)
  if (fullest.length === 0) return null
  return (
    <section className="panel" aria-labelledby="fullest">
      <div className="panel-head"><h2 id="fullest">Storage</h2><Link to="/storage">All of it</Link></div>
      <ul className="plain stack" style={{ gap: '0.55rem' }}>
        {fullest.map((unit) => (
          <li key={unit.id} style={{ display: 'grid', gap: '0.1rem' }}>
            <div><Link to="/storage/$id" params={{ id: unit.id }}>{unit.name}</Link></div>
            <FillBar used={unit.used} capacity={unit.capacity} label={unit.name} />
          </li>
        ))}
      </ul>
    </section>
  )
}

import { Link } from '@tanstack/react-router'
import type { UseQueryResult } from '@tanstack/react-query'
import { EntityLink } from '~/app/EntityLink'
import type { StorageMap, StorageUnit } from '~/api/types'
import { FillBar } from '~/shared/FillBar'
import { StateBadge } from '~/shared/StateBadge'
import { Empty, Loaded } from '~/shared/states'
import { kindWord } from '~/shared/words'
import css from './Inside.module.css'

/** What stands in a freezer, shelf or rack: numbered places with their units, free ones named too. */
export function Inside({ map, units }: { map: StorageMap; units: UseQueryResult<StorageUnit[]> }) {
  const loose = map.slots.filter((slot) => slot.occupant && !slot.occupant.entity.startsWith('storage_unit/'))
  return (
    <section className="panel" aria-labelledby="inside">
      <div className="panel-head"><h2 id="inside">Inside</h2></div>
      <Loaded query={units}>
        {(inside) => {
          const taken = new Set([...inside.map((unit) => unit.parent?.slot), ...map.slots.map((slot) => slot.slot)])
          const free = Array.from({ length: map.count }, (_, index) => String(index + 1)).filter((slot) => !taken.has(slot))
          if (inside.length === 0 && loose.length === 0)
            return (
              <Empty title="Nothing inside yet">
                {map.count > 0 ? `It has ${map.count} places. ` : ''}“Add inside” makes a unit here; “Move it” on a unit elsewhere brings it.
              </Empty>
            )
          return (
            <>
              <ul className={css.list}>
                {[...inside].sort(bySlot).map((unit) => (
                  <li key={unit.id} className={css.item}>
                    <span className={css.slot}>{unit.parent?.slot}</span>
                    <span className={css.what}>
                      <Link to="/storage/$id" params={{ id: unit.id }}>{unit.name}</Link>
                      <span className="soft"> {kindWord(unit.kind)}</span>
                    </span>
                    {unit.state !== 'available' && <StateBadge state={unit.state} />}
                    <span className={css.fill}><FillBar used={unit.used} capacity={unit.capacity} label={unit.name} /></span>
                  </li>
                ))}
                {loose.map((slot) => (
                  <li key={slot.slot} className={css.item}>
                    <span className={css.slot}>{slot.slot}</span>
                    <EntityLink entity={slot.occupant?.entity ?? ''}>{slot.occupant?.label}</EntityLink>
                  </li>
                ))}
              </ul>
              {free.length > 0 && <p className="soft" style={{ margin: '0.7rem 0 0' }}>Free places: {ranges(free)}</p>}
            </>
          )
        }}
      </Loaded>
    </section>
  )
}

const bySlot = (a: StorageUnit, b: StorageUnit) =>
  (a.parent?.slot ?? '').localeCompare(b.parent?.slot ?? '', 'en', { numeric: true }) || a.name.localeCompare(b.name, 'en', { numeric: true })

/** 1, 2, 3, 7 → "1–3, 7". */
export function ranges(names: readonly string[]): string {
  const parts: string[] = []
  for (let index = 0; index < names.length; ) {
    let end = index
    while (end + 1 < names.length && Number(names[end + 1]) === Number(names[end]) + 1) end++
    parts.push(end > index ? `${names[index]}–${names[end]}` : `${names[index]}`)
    index = end + 1
  }
  return parts.join(', ')
}

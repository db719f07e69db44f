import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useAsOf } from '~/api/moment'
import type { StorageUnit } from '~/api/types'
import { FillBar } from '~/shared/FillBar'
import { StateBadge } from '~/shared/StateBadge'
import { Failed, Loading } from '~/shared/states'
import { kindWord, temperatureWord } from '~/shared/words'
import { unitsQuery } from './api'
import { holdsSamples } from './kinds'
import css from './StorageTree.module.css'

export function StorageTree({ units, depth = 0 }: { units: readonly StorageUnit[]; depth?: number }) {
  return (
    <ul className={depth === 0 ? css.tree : undefined} aria-label={depth === 0 ? 'Storage' : undefined}>
      {units.map((unit) => (
        <Node key={unit.id} unit={unit} depth={depth} />
      ))}
    </ul>
  )
}

function Node({ unit, depth }: { unit: StorageUnit; depth: number }) {
  const [open, setOpen] = useState(depth === 0)
  const opens = !holdsSamples(unit.kind) && unit.children_count > 0
  return (
    <li>
      <div className={css.node}>
        {opens ? (
          <button type="button" className={css.fold} aria-expanded={open} aria-label={`${open ? 'Close' : 'Open'} ${unit.name}`} onClick={() => setOpen(!open)}>
            <span aria-hidden>▸</span>
          </button>
        ) : (
          <span />
        )}
        <span className={`${css.name} clip`}>
          <Link to="/storage/$id" params={{ id: unit.id }}>{unit.name}</Link>
          {unit.parent?.slot && <span className={css.at}>place {unit.parent.slot}</span>}
        </span>
        <span className={`soft ${css.hide}`}>{kindWord(unit.kind)}</span>
        <span className={css.hide}>{unit.state === 'available' ? <span className="soft">{temperatureWord(unit.temperature)}</span> : <StateBadge state={unit.state} />}</span>
        <FillBar used={unit.used} capacity={unit.capacity} label={unit.name} />
      </div>
      {opens && open && <Children parent={unit.id} depth={depth + 1} />}
    </li>
  )
}

function Children({ parent, depth }: { parent: string; depth: number }) {
  const query = useQuery(unitsQuery(parent, useAsOf()))
  if (query.isPending) return <Loading lines={2} label="Loading what is inside" />
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />
  return <StorageTree units={query.data} depth={depth} />
}

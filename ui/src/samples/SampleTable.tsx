import { useVirtualizer } from '@tanstack/react-virtual'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef, type CSSProperties, type ReactNode } from 'react'
import { useMediaQuery } from '@mantine/hooks'
import type { Sample } from '~/api/types'
import { StateBadge } from '~/shared/StateBadge'
import { When } from '~/shared/When'
import css from './SampleTable.module.css'

interface Props {
  samples: Sample[]
  /** Absent where there is one order only. */
  sort: string | undefined
  onSort: (sort: string) => void
  onEnd: () => void
}

interface Column {
  label: string
  width: string
  cell: (sample: Sample) => ReactNode
  sort?: string
  look?: string
  optional?: boolean
}

/** A column is one entry; `optional` ones are left out on a narrow screen. */
const columns: Column[] = [
  {
    label: 'Name', sort: 'name', width: 'minmax(12rem, 2fr)', look: 'clip',
    cell: (sample) => <Link to="/samples/$id" params={{ id: sample.id }} title={sample.name}>{sample.name}</Link>,
  },
  { label: 'Barcode', width: '10.5rem', look: 'mono clip', optional: true, cell: (sample) => sample.barcode },
  { label: 'State', width: '8.5rem', cell: (sample) => <StateBadge state={sample.state} /> },
  { label: 'Type', width: '7.5rem', look: 'clip', optional: true, cell: (sample) => sample.type?.replaceAll('_', ' ') },
  {
    label: 'Project', width: 'minmax(8rem, 1.2fr)', look: 'clip', optional: true,
    cell: (sample) => <span title={sample.project}>{sample.project}</span>,
  },
  {
    label: 'Place', width: 'minmax(9rem, 1.4fr)', look: 'clip soft',
    cell: ({ place, checked_out }) =>
      place ? <span title={place.unit_label}>{`${place.unit_label} · ${place.slot}`}</span> : checked_out ? 'Taken out' : 'Not in storage',
  },
  { label: 'Changed', sort: 'updated_at', width: '8rem', look: 'clip soft', cell: (sample) => <When at={sample.updated_at} /> },
]
const widths = { '--columns': columns.map(({ width }) => width).join(' ') } as CSSProperties

/** Draws only the rows in sight, so that a hundred thousand scroll like ten. */
export function SampleTable({ samples, sort, onSort, onEnd }: Props) {
  const scroller = useRef<HTMLDivElement>(null)
  const narrow = useMediaQuery('(max-width: 48rem)', undefined, { getInitialValueInEffect: false })
  const height = narrow ? 64 : 44
  const rows = useVirtualizer({ count: samples.length, getScrollElement: () => scroller.current, estimateSize: () => height, overscan: 12 })
  useEffect(() => rows.measure(), [rows, height])
  const drawn = rows.getVirtualItems()
  const lastDrawn = drawn.at(-1)?.index ?? 0
  useEffect(() => {
    if (lastDrawn >= samples.length - 20) onEnd()
  }, [lastDrawn, samples.length, onEnd])
  return (
    <div className={css.table} style={widths}>
      <div ref={scroller} className={css.scroll} role="table" aria-label="Samples" aria-rowcount={samples.length} tabIndex={0}>
        <div role="rowgroup" className={css.head} style={narrow ? undefined : { minWidth: 'fit-content' }}>
          <div role="row" className={css.row} style={{ minHeight: '2.5rem' }}>
            {columns.map(({ label, sort: key }) => (
              <span key={label} role="columnheader" aria-sort={ariaSort(sort, key)}>
                {key && sort ? (
                  <button type="button" data-on={sort.replace('-', '') === key} onClick={() => onSort(sort === key ? `-${key}` : key)}>
                    {label}
                    <span aria-hidden>{sort === key ? '↑' : sort === `-${key}` ? '↓' : '↕'}</span>
                  </button>
                ) : (
                  label
                )}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {drawn.map((item) => {
            const sample = samples[item.index]
            return (
              sample && (
                <div key={sample.id} role="row" aria-rowindex={item.index + 1} className={`${css.row} ${css.line}`} style={{ transform: `translateY(${item.start}px)` }}>
                  <Row sample={sample} />
                </div>
              )
            )
          })}
        </div>
      </div>
    </div>
  )
}

function ariaSort(sort?: string, key?: string): 'ascending' | 'descending' | undefined {
  if (!key || !sort || sort.replace('-', '') !== key) return undefined
  return sort.startsWith('-') ? 'descending' : 'ascending'
}

function Row({ sample }: { sample: Sample }) {
  return columns.map(({ label, look = '', optional, cell }) => (
    <span key={label} role="cell" className={optional ? `${look} ${css.optional}` : look}>{cell(sample)}</span>
  ))
}

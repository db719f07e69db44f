import { useVirtualizer } from '@tanstack/react-virtual'
import { Link } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useMediaQuery } from '@mantine/hooks'
import type { Sample } from '~/api/types'
import { StateBadge } from '~/shared/StateBadge'
import { When } from '~/shared/When'
import css from './SampleTable.module.css'

interface Props {
  samples: Sample[]
  sort: string
  onSort: (sort: string) => void
  onEnd: () => void
}

const columns: { label: string; sort?: string; optional?: boolean }[] = [
  { label: 'Name', sort: 'name' }, { label: 'Barcode' }, { label: 'State' }, { label: 'Type' }, { label: 'Project' },
  { label: 'Place' }, { label: 'Changed', sort: 'updated_at' },
]

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
    <div className={css.table}>
      <div ref={scroller} className={css.scroll} role="table" aria-label="Samples" aria-rowcount={samples.length} tabIndex={0}>
        <div role="rowgroup" className={css.head} style={narrow ? undefined : { minWidth: 'fit-content' }}>
          <div role="row" className={css.row} style={{ minHeight: '2.5rem' }}>
            {columns.map(({ label, sort: key }) => (
              <span key={label} role="columnheader" aria-sort={ariaSort(sort, key)}>
                {key ? (
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

function ariaSort(sort: string, key?: string): 'ascending' | 'descending' | undefined {
  if (!key || sort.replace('-', '') !== key) return undefined
  return sort.startsWith('-') ? 'descending' : 'ascending'
}

function Row({ sample }: { sample: Sample }) {
  return (
    <>
      <span role="cell" className="clip"><Link to="/samples/$id" params={{ id: sample.id }} title={sample.name}>{sample.name}</Link></span>
      <span role="cell" className={`mono clip ${css.optional}`}>{sample.barcode}</span>
      <span role="cell"><StateBadge state={sample.state} /></span>
      <span role="cell" className={`clip ${css.optional}`}>{sample.type?.replaceAll('_', ' ')}</span>
      <span role="cell" className={`clip ${css.optional}`} title={sample.project}>{sample.project}</span>
      <span role="cell" className="clip soft" title={sample.place?.unit_label}>
        {sample.place ? `${sample.place.unit_label} · ${sample.place.slot}` : sample.checked_out ? 'Taken out' : 'Not in storage'}
      </span>
      <span role="cell" className="soft clip"><When at={sample.updated_at} /></span>
    </>
  )
}

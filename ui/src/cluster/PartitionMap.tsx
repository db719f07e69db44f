import { memo, useRef, useState, type KeyboardEvent } from 'react'
import type { Cluster, ClusterPartition } from '~/api/types'
import { ago, fullTime } from '~/shared/time'
import { count } from '~/shared/words'
import css from './Cluster.module.css'
import { Mark } from './Mark'
import { rangesOf } from './nodes'
import type { Look, Looks } from './tints'

/** Up to here there is room for words in a cell. */
const roomy_max = 48
const ranges_max = 8

/** How many cells stand in the first line. */
function columnsOf(grid: Element | null): number {
  const cells = [...(grid?.children ?? [])] as HTMLElement[]
  const below = cells.findIndex((cell) => cell.offsetTop !== cells[0]?.offsetTop)
  return below < 1 ? Math.max(1, cells.length) : below
}

export function PartitionMap({ view, looks, moved }: { view: Cluster; looks: Looks; moved: ReadonlySet<number> }) {
  const grid = useRef<HTMLDivElement>(null)
  const [chosen, setChosen] = useState(0)
  const all = view.partitions
  const roomy = all.length <= roomy_max
  const at = Math.min(chosen, all.length - 1)
  const shown = all[at]
  const keyDown = (event: KeyboardEvent) => {
    const columns = columnsOf(grid.current)
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, Home: -at, End: all.length - 1 - at }
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = at + step
    if (next < 0 || next >= all.length) return
    setChosen(next)
    ;(grid.current?.children[next] as HTMLElement | undefined)?.focus()
  }
  return (
    <>
      <Legend view={view} looks={looks} />
      <div
        ref={grid}
        role="listbox"
        aria-label="Partitions by their owner"
        className={css.map}
        data-roomy={roomy}
        onKeyDown={keyDown}
        onClick={(event) => {
          const cell = (event.target as Element).closest<HTMLElement>('[data-partition]')
          if (cell) setChosen([...(grid.current?.children ?? [])].indexOf(cell))
        }}
      >
        {all.map((one, index) => (
          <Cell
            key={one.partition}
            partition={one.partition}
            owner={one.owner}
            claim={one.claim}
            state={one.state}
            look={looks.get(one.owner)}
            roomy={roomy}
            moved={moved.has(one.partition)}
            chosen={index === at}
          />
        ))}
      </div>
      {shown && <Details one={shown} view={view} looks={looks} />}
    </>
  )
}

interface CellProps extends Pick<ClusterPartition, 'partition' | 'owner' | 'claim' | 'state'> {
  look: Look | undefined
  roomy: boolean
  moved: boolean
  chosen: boolean
}
const sameCell = (a: CellProps, b: CellProps) =>
  a.owner === b.owner && a.claim === b.claim && a.state === b.state && a.roomy === b.roomy && a.moved === b.moved && a.chosen === b.chosen && a.look?.mark === b.look?.mark && a.look?.tint === b.look?.tint

/** A thousand of them are looked at each second: only what changed is drawn again. */
const Cell = memo(function Cell({ partition, owner, claim, state, look, roomy, moved, chosen }: CellProps) {
  const open = state === 'open'
  const words = `Partition ${partition}: ${owner || 'no owner'}, ${state}, claim ${claim}${moved ? ', moved just now' : ''}`
  return (
    <div
      role="option"
      aria-selected={chosen}
      title={words}
      tabIndex={chosen ? 0 : -1}
      className={css.cell}
      data-partition={partition}
      data-tint={owner ? look?.tint : undefined}
      data-open={open}
      data-moved={moved}
    >
      <span className="visually-hidden">{words}</span>
      <span className={css.number} aria-hidden>{partition}</span>
      <span className={css.owner} aria-hidden>{roomy ? owner || 'Nobody' : open ? look?.mark : '!'}</span>
      {roomy && <span className={css.claim} aria-hidden>{open ? (moved ? 'moved' : `claim ${claim}`) : state}</span>}
    </div>
  )
}, sameCell)

function Legend({ view, looks }: { view: Cluster; looks: Looks }) {
  const owned = new Map<string, number[]>()
  for (const { owner, partition } of view.partitions) owned.set(owner, [...(owned.get(owner) ?? []), partition])
  return (
    <ul className={`plain ${css.legend}`}>
      {[...owned].sort(([a], [b]) => a.localeCompare(b)).map(([owner, which]) => (
        <li key={owner}>
          <Mark name={owner} looks={looks} /> <span><strong>{owner || 'No owner yet'}</strong> {count(which.length, 'partition')} <span className="soft">({rangesOf(which, ranges_max)})</span></span>
        </li>
      ))}
    </ul>
  )
}

function Details({ one, view, looks }: { one: ClusterPartition; view: Cluster; looks: Looks }) {
  const facts: [string, React.ReactNode][] = [
    ['Owner', one.owner ? <span className="row" style={{ gap: '0.4rem' }}><Mark name={one.owner} looks={looks} />{one.owner}</span> : 'Nobody yet'],
    ['State', one.state],
    ['Claim', one.claim.toLocaleString('en')],
    ['Since', one.since ? <time dateTime={one.since} title={fullTime(one.since)}>{ago(one.since, Date.parse(view.at))}</time> : 'Never'],
    ['Commits', one.commits.toLocaleString('en')],
    ['Lag', count(one.lag, 'record')],
  ]
  return (
    <dl className={css.details} aria-label={`Partition ${one.partition}`}>
      <div><dt>Partition</dt><dd>{one.partition}</dd></div>
      {facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  )
}

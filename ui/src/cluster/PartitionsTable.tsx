import { useState } from 'react'
import type { Cluster } from '~/api/types'
import { fullTime } from '~/shared/time'
import css from './Cluster.module.css'

/** The same as the map, to be read line by line. It may have a thousand lines, and is made when it is asked for. */
export function PartitionsTable({ view }: { view: Cluster }) {
  const [open, setOpen] = useState(false)
  return (
    <details className={css.all} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>All partitions as a table</summary>
      {open && (
        <div className={`table-wrap ${css.tall}`} tabIndex={0} role="region" aria-label="All partitions">
          <table className="table">
            <thead><tr><th scope="col">Partition</th><th scope="col">Owner</th><th scope="col">State</th><th scope="col">Claim</th><th scope="col">Since</th><th scope="col">Commits</th><th scope="col">Lag</th></tr></thead>
            <tbody>
              {view.partitions.map((one) => (
                <tr key={one.partition}>
                  <th scope="row">{one.partition}</th><td>{one.owner || 'Nobody yet'}</td><td>{one.state}</td><td>{one.claim}</td>
                  <td>{one.since ? <time dateTime={one.since}>{fullTime(one.since)}</time> : ''}</td><td>{one.commits.toLocaleString('en')}</td><td>{one.lag}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  )
}

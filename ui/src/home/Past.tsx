import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { runsQuery } from '~/runs/api'
import { samplesQuery } from '~/samples/api'
import { StateBadge } from '~/shared/StateBadge'
import { Failed, Loading, Note } from '~/shared/states'
import { unitsQuery } from '~/storage/api'
import css from './Home.module.css'
import { Storage } from './Storage'

const shown_max = 8

/** The home page of a past moment: what can be read as it was. The rest says so, instead of showing the present. */
export function Past({ asOf }: { asOf: string }) {
  const samples = useInfiniteQuery(samplesQuery({}, asOf))
  const runs = useInfiniteQuery(runsQuery({}, asOf))
  const units = useQuery(unitsQuery('root', asOf))
  return (
    <div className="split">
      <div className="stack">
        <Note tone="calm" title="Not shown for the past">How many there were of each kind, the latest activity and your messages are known of the present only.</Note>
        <Panel id="past-samples" title="Samples" link={<Link to="/samples">All of them</Link>} query={samples} none="There was no sample yet.">
          {samples.data?.pages[0]?.items.slice(0, shown_max).map(({ id, name, state }) => (
            <li key={id}><Link to="/samples/$id" params={{ id }} className="clip">{name}</Link><StateBadge state={state} /></li>
          ))}
        </Panel>
        <Panel id="past-runs" title="Runs" link={<Link to="/runs">All of them</Link>} query={runs} none="There was no run yet.">
          {runs.data?.pages[0]?.items.slice(0, shown_max).map(({ id, name, state }) => (
            <li key={id}><Link to="/runs/$id" params={{ id }} className="clip">{name}</Link><StateBadge state={state} /></li>
          ))}
        </Panel>
      </div>
      <div className="stack">
        {units.isError && !units.data ? <Failed error={units.error} retry={() => void units.refetch()} /> : <Storage units={units.data ?? []} />}
      </div>
    </div>
  )
}

interface PanelProps {
  id: string
  title: string
  link: ReactNode
  query: { isPending: boolean; isError: boolean; error: unknown; refetch: () => unknown }
  none: string
  children: ReactNode[] | undefined
}
function Panel({ id, title, link, query, none, children = [] }: PanelProps) {
  return (
    <section className="panel" aria-labelledby={id}>
      <div className="panel-head"><h2 id={id}>{title}</h2>{link}</div>
      {query.isPending ? <Loading lines={3} label={`Loading ${title}`} /> : query.isError ? <Failed error={query.error} retry={() => void query.refetch()} /> : children.length > 0 ? <ul className={css.activity}>{children}</ul> : <p className="soft" style={{ margin: 0 }}>{none}</p>}
    </section>
  )
}

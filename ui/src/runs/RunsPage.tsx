import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useState } from 'react'
import { useAsOf } from '~/api/moment'
import type { Run } from '~/api/types'
import { useMayChange } from '~/app/Banners'
import { Icon } from '~/app/icons'
import { Page } from '~/shared/Page'
import { StateBadge } from '~/shared/StateBadge'
import { Empty, Failed, Loading } from '~/shared/states'
import { When } from '~/shared/When'
import { count, runStateWords } from '~/shared/words'
import { runsQuery } from './api'
import { PlanDialog } from './PlanDialog'
import type { RunsSearch } from './search'

export default function RunsPage() {
  const asOf = useAsOf()
  const mayChange = useMayChange()
  const [planning, setPlanning] = useState(false)
  const { q, state } = useSearch({ from: '/runs' })
  const navigate = useNavigate()
  const change = useCallback(
    (part: RunsSearch) => void navigate({ to: '/runs', search: (before) => ({ ...before, ...part }), replace: true }),
    [navigate],
  )
  const [typed, setTyped] = useState(q ?? '')
  useEffect(() => setTyped(q ?? ''), [q])
  useEffect(() => {
    if (typed === (q ?? '')) return
    const timer = setTimeout(() => change({ q: typed || undefined }), 200)
    return () => clearTimeout(timer)
  }, [typed, q, change])
  const query = useInfiniteQuery(runsQuery({ q, state }, asOf))
  const runs = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Page title="Runs" actions={mayChange && <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setPlanning(true)}>Plan a run</Button>}>
      <div className="row" style={{ marginBottom: '0.8rem' }} role="search" aria-label="Filter runs">
        <TextInput placeholder="Name, instrument, flow cell…" aria-label="Search runs" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} style={{ flex: '1 1 14rem', maxWidth: '28rem' }} data-scan-field />
        <NativeSelect aria-label="State" value={state ?? ''} onChange={(event) => change({ state: event.currentTarget.value || undefined })} data={[{ value: '', label: 'Any state' }, ...Object.entries(runStateWords).map(([value, label]) => ({ value, label }))]} />
      </div>
      <div className="panel">
        {query.isPending ? (
          <Loading lines={6} label="Loading runs" />
        ) : query.isError && runs.length === 0 ? (
          <Failed error={query.error} retry={() => void query.refetch()} />
        ) : runs.length === 0 ? (
          <Empty title={q || state ? 'No run fits' : 'No runs yet'} actions={mayChange && !q && !state && <Button onClick={() => setPlanning(true)}>Plan the first run</Button>}>
            A run is one flow cell on one instrument: plan it, put samples on its lanes, validate, start, and finish or fail it.
          </Empty>
        ) : (
          <RunTable runs={runs} />
        )}
        {query.hasNextPage && <Button variant="default" mt="sm" onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>Show more</Button>}
      </div>
      {planning && <PlanDialog onClose={() => setPlanning(false)} />}
    </Page>
  )
}

function RunTable({ runs }: { runs: readonly Run[] }) {
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label="Runs">
      <table className="table">
        <thead>
          <tr><th scope="col">Name</th><th scope="col">State</th><th scope="col" className="wide-only">Instrument</th><th scope="col" className="wide-only">Flow cell</th><th scope="col">On its lanes</th><th scope="col" className="wide-only">Changed</th></tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td><Link to="/runs/$id" params={{ id: run.id }}>{run.name}</Link></td>
              <td><StateBadge state={run.state} /></td>
              <td className="wide-only">{run.instrument} <span className="soft">{run.instrument_model}</span></td>
              <td className="mono wide-only">{run.flow_cell}</td>
              <td>{count(run.lane_samples.length, 'sample')} on {count(run.lanes, 'lane')}</td>
              <td className="soft wide-only"><When at={run.updated_at} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { stillShown, useAsOf } from '~/api/moment'
import type { Run } from '~/api/types'
import { useMayChange } from '~/app/Banners'
import { Page } from '~/shared/Page'
import { StateBadge } from '~/shared/StateBadge'
import { Loaded, Note } from '~/shared/states'
import { TimeSlider } from '~/shared/TimeSlider'
import { Timeline } from '~/shared/Timeline'
import { runQuery } from './api'
import { AssignPanel } from './AssignPanel'
import { Lanes } from './Lanes'
import { RunVerbs } from './RunVerbs'

export default function RunPage() {
  const { id } = useParams({ from: '/runs/$id' })
  const asOf = useAsOf()
  const query = useQuery({ ...runQuery(id, asOf), placeholderData: stillShown(id, asOf) })
  return <Loaded whole query={query} lines={8}>{(run) => <Detail run={run} asOf={asOf} key={run.id} />}</Loaded>
}

function Detail({ run, asOf }: { run: Run; asOf?: string }) {
  const mayChange = useMayChange()
  const open = mayChange && ['draft', 'validated'].includes(run.state)
  const [lane, setLane] = useState(1)
  const facts: [string, string][] = [
    ['Instrument', `${run.instrument} · ${run.instrument_model}`],
    ['Flow cell', run.flow_cell],
    ['Read structure', run.read_structure],
    ['Project', run.project],
    ['Yield', run.yield_gbases === null || run.yield_gbases === undefined ? '' : `${run.yield_gbases} Gbases`],
    ['At Q30 or better', run.q30_percent === null || run.q30_percent === undefined ? '' : `${run.q30_percent} %`],
  ]
  return (
    <Page title={run.name} trail={[<Link to="/runs">Runs</Link>]} under={<><StateBadge state={run.state} /><span>{run.instrument}</span></>} actions={mayChange && <RunVerbs run={run} />}>
      <div className="split">
        <div className="stack">
          {run.state_reason && <Note tone={run.state === 'failed' || run.state === 'aborted' ? 'bad' : 'warn'} role="status" title="Why">{run.state_reason}</Note>}
          {run.warnings.length > 0 && <Note tone={run.state === 'draft' ? 'warn' : 'calm'} title={run.state === 'draft' ? 'Before it is validated' : 'Noted when it was validated'}><ul>{run.warnings.map((words) => <li key={words}>{words}</li>)}</ul></Note>}
          <section className="panel" aria-labelledby="lanes">
            <div className="panel-head"><h2 id="lanes">Lanes</h2></div>
            <Lanes run={run} chosen={lane} onChoose={setLane} mayChange={open} />
          </section>
          <section className="panel last" aria-labelledby="history">
            <div className="panel-head"><h2 id="history">History</h2></div>
            <Timeline resource="runs" id={run.id} asOf={asOf} />
          </section>
        </div>
        <div className="stack">
          {open && <AssignPanel run={run} lane={lane} />}
          <section className="panel" aria-labelledby="facts">
            <div className="panel-head"><h2 id="facts">Facts</h2></div>
            <dl className="facts">
              {facts.filter(([, value]) => value).map(([name, value]) => (
                <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd>{value}</dd></div>
              ))}
            </dl>
          </section>
          <section className="panel" aria-labelledby="time">
            <div className="panel-head"><h2 id="time">Look back</h2></div>
            <TimeSlider resource="runs" id={run.id} />
          </section>
        </div>
      </div>
    </Page>
  )
}

import { Button } from '@mantine/core'
import { asProblem } from '~/api/problem'
import type { System } from '~/api/types'
import { useMayChange } from '~/app/Banners'
import { Page } from '~/shared/Page'
import { StateBadge, Tag } from '~/shared/StateBadge'
import { Loaded, Note } from '~/shared/states'
import { lasting } from '~/shared/time'
import { say } from '~/shared/undo'
import { count } from '~/shared/words'
import { useProcesses, useResume, useSystem } from './api'
import { Parked } from './Parked'

export default function SystemPage() {
  const query = useSystem({ follow: true })
  return (
    <Page title="System">
      <Loaded query={query} lines={8}>{(system) => <Overview system={system} />}</Loaded>
    </Page>
  )
}

function Overview({ system }: { system: System }) {
  const facts: [string, string][] = [
    ['Version', system.version], ['Node', system.node], ['Engine', system.engine], ['Log', system.log],
    ['Data', system.data], ['Up for', lasting(system.uptime_seconds)], ['Takes changes', system.read_only ? 'No, read-only' : 'Yes'],
  ]
  const behind = system.partitions.reduce((sum, one) => sum + one.lag, 0)
  return (
    <div className="stack">
      {system.warnings.length > 0 && (
        <Note tone="warn" title={count(system.warnings.length, 'warning')}>
          <ul>{system.warnings.map((words) => <li key={words}>{words}</li>)}</ul>
        </Note>
      )}
      <div className="halves">
        <div className="stack">
          <section className="panel" aria-labelledby="node">
            <div className="panel-head"><h2 id="node">Node</h2></div>
            <dl className="facts">
              {facts.filter(([, value]) => value).map(([name, value]) => (
                <div key={name} style={{ display: 'contents' }}><dt>{name}</dt><dd>{value}</dd></div>
              ))}
            </dl>
          </section>
          <Parked />
        </div>
        <section className="panel" aria-labelledby="projections">
          <div className="panel-head"><h2 id="projections">Projections</h2></div>
          <div className="table-wrap">
            <table className="table">
              <thead><tr><th scope="col">Name</th><th scope="col">Version</th><th scope="col">State</th><th scope="col">Parked</th></tr></thead>
              <tbody>
                {system.projections.map((one) => (
                  <tr key={one.name}><td>{one.name}</td><td>{one.version}</td><td>{one.state}</td><td>{one.parked > 0 ? <Tag tone="bad">{one.parked}</Tag> : 0}</td></tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      </div>
      <StoppedWork />
      <section className="panel" aria-labelledby="partitions">
        <div className="panel-head">
          <h2 id="partitions">Log partitions</h2>
          <Tag tone={behind > 0 ? 'warn' : 'good'}>{behind > 0 ? `${count(behind, 'record')} behind` : 'All caught up'}</Tag>
        </div>
        <div className="table-wrap" tabIndex={0} role="region" aria-label="Partitions">
          <table className="table">
            <thead><tr><th scope="col">Partition</th><th scope="col">Records</th><th scope="col">Applied</th><th scope="col">Behind</th><th scope="col">Claim</th></tr></thead>
            <tbody>
              {system.partitions.map((one) => (
                <tr key={one.partition}><td>{one.partition}</td><td>{one.end.toLocaleString('en')}</td><td>{one.applied.toLocaleString('en')}</td><td>{one.lag}</td><td>{one.claim}</td></tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </div>
  )
}

/** Moves, imports and discards that could go neither forward nor back. */
function StoppedWork() {
  const query = useProcesses()
  const resume = useResume()
  const mayChange = useMayChange()
  const items = query.data?.items ?? []
  if (items.length === 0) return null
  return (
    <section className="panel" aria-labelledby="stopped">
      <div className="panel-head"><h2 id="stopped">Work that needs a person</h2></div>
      <ul className="plain stack">
        {items.map((one) => (
          <li key={one.id} className="row-between">
            <span><StateBadge state="parked" /> {one.summary} <span className="soft">{one.why}</span></span>
            {mayChange && (
              <Button size="compact-sm" onClick={() => resume.mutate(one.id, { onError: (error) => say(asProblem(error).message, 'bad'), onSuccess: () => say('It goes on.') })}>
                Resume
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

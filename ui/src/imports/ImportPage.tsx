import { Button, Progress } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useAsOf } from '~/api/moment'
import type { SheetImport } from '~/api/types'
import { Page } from '~/shared/Page'
import { StateBadge } from '~/shared/StateBadge'
import { Empty, Loaded, Note } from '~/shared/states'
import { Timeline } from '~/shared/Timeline'
import { count } from '~/shared/words'
import { When } from '~/shared/When'
import { importQuery, importSamplesQuery, isWorking } from './api'

export default function ImportPage() {
  const { id } = useParams({ from: '/imports/$id' })
  const asOf = useAsOf()
  const query = useQuery(importQuery(id, asOf))
  return <Loaded whole query={query} lines={6}>{(one) => <Detail one={one} asOf={asOf} />}</Loaded>
}

function Detail({ one, asOf }: { one: SheetImport; asOf?: string }) {
  const working = isWorking(one.state)
  return (
    <Page
      title={one.file_name}
      trail={[<Link to="/imports">Imports</Link>]}
      under={<><StateBadge state={one.state} /><span>by {one.who}, <When at={one.created_at} /></span></>}
      actions={<Button variant="default" renderRoot={(props) => <Link to="/imports" {...props} />}>Import another</Button>}
    >
      <div className="stack">
        <Outcome one={one} working={working} />
        <div className="split">
          <section className="panel" aria-labelledby="samples">
            <div className="panel-head"><h2 id="samples">Samples</h2></div>
            <ImportedSamples one={one} asOf={asOf} />
          </section>
          <section className="panel" aria-labelledby="history">
            <div className="panel-head"><h2 id="history">History</h2></div>
            <Timeline resource="imports" id={one.id} asOf={asOf} />
          </section>
        </div>
      </div>
    </Page>
  )
}

function Outcome({ one, working }: { one: SheetImport; working: boolean }) {
  if (working)
    return (
      <section className="panel stack" aria-label="Progress">
        <div className="row-between">
          <strong>{one.state === 'accepted' ? 'Registering the samples' : 'Checking that every row can be registered'}</strong>
          <span>{one.registered.toLocaleString('en')} of {one.rows.toLocaleString('en')}</span>
        </div>
        <Progress value={one.rows ? (100 * one.registered) / one.rows : 0} aria-label={`${one.registered} of ${one.rows} registered`} animated />
        <span className="soft">You may leave this page: the import goes on by itself.</span>
      </section>
    )
  if (one.state === 'completed') return <Note tone="good" role="status" title="Done.">{` ${count(one.registered, 'sample')} registered.`}</Note>
  if (one.state === 'parked') return <Note tone="bad" title="It stopped and needs a person.">{`${one.parked_why} ${one.registered} of ${one.rows} are registered. Resume it under System.`}</Note>
  return (
    <Note tone="bad" title="Refused as a whole: nothing was registered.">
      <ul>{one.refusals.map((refusal) => <li key={`${refusal.source_row}/${refusal.barcode}`}>Row {refusal.source_row}{refusal.barcode && <>, <span className="mono">{refusal.barcode}</span></>}: {refusal.why}</li>)}</ul>
    </Note>
  )
}

const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name, 'en', { numeric: true })

function ImportedSamples({ one, asOf }: { one: SheetImport; asOf?: string }) {
  const query = useQuery({ ...importSamplesQuery(one.id, asOf), enabled: !isWorking(one.state) })
  if (isWorking(one.state)) return <p className="soft" style={{ margin: 0 }}>They are listed here as soon as all are registered.</p>
  return (
    <Loaded query={query}>
      {({ items, next }) =>
        items.length === 0 ? (
          <Empty title="No samples came of it" />
        ) : (
          <>
            <div className="table-wrap">
              <table className="table">
                <thead><tr><th scope="col">Name</th><th scope="col">Barcode</th><th scope="col">State</th></tr></thead>
                <tbody>
                  {[...items].sort(byName).map((sample) => (
                    <tr key={sample.id}>
                      <td><Link to="/samples/$id" params={{ id: sample.id }}>{sample.name}</Link></td>
                      <td className="mono">{sample.barcode}</td>
                      <td><StateBadge state={sample.state} /></td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
            {next && <p className="soft">The first {items.length} of {one.registered.toLocaleString('en')}.</p>}
          </>
        )
      }
    </Loaded>
  )
}

import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useAsOf } from '~/api/moment'
import type { Lab } from '~/api/types'
import { useMayChange } from '~/app/Banners'
import { InboxList } from '~/notifications/InboxList'
import { useInbox } from '~/notifications/api'
import { FillBar } from '~/shared/FillBar'
import { Page } from '~/shared/Page'
import { Empty, Loaded, Note } from '~/shared/states'
import { ActivityList } from './ActivityList'
import { useActivity, useLab } from './api'
import { Counts } from './Counts'
import { FirstRun } from './FirstRun'

const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, one) => sum + one, 0)

export default function HomePage() {
  const asOf = useAsOf()
  const lab = useLab()
  const mayChange = useMayChange()
  return (
    <Page
      title="My work"
      actions={
        mayChange && (
          <>
            <Button variant="default" renderRoot={(props) => <Link to="/imports" {...props} />}>Import a sheet</Button>
            <Button renderRoot={(props) => <Link to="/scan" {...props} />}>Scan station</Button>
          </>
        )
      }
    >
      <Loaded query={lab} lines={8}>
        {(data) =>
          data.first_run && !asOf && mayChange ? (
            <FirstRun hasStorage={total(data.storage_units) > 0} />
          ) : (
            <Overview lab={data} asOf={asOf} />
          )
        }
      </Loaded>
    </Page>
  )
}

function Overview({ lab, asOf }: { lab: Lab; asOf?: string }) {
  const activity = useActivity()
  const inbox = useInbox(true, !asOf)
  const fullest = [...lab.storage].sort((a, b) => (b.fill_percent ?? 0) - (a.fill_percent ?? 0)).slice(0, 6)
  return (
    <div className="split">
      <div className="stack">
        {!asOf && lab.hints.length > 0 && <Note tone="calm" title="What could be next"><ul>{lab.hints.map((hint) => <li key={hint}>{hint}</li>)}</ul></Note>}
        {asOf && <Note tone="calm" title="Not of the past">These numbers and the latest activity are of now. Samples, storage, runs and imports are shown as they were.</Note>}
        <Counts lab={lab} />
        <section className="panel" aria-labelledby="activity">
          <div className="panel-head"><h2 id="activity">Latest activity</h2></div>
          <Loaded query={activity}>
            {({ items }) => (items.length > 0 ? <ActivityList items={items} /> : <Empty title="Nothing happened yet" />)}
          </Loaded>
        </section>
      </div>
      <div className="stack">
        {!asOf && (
          <section className="panel" aria-labelledby="alerts">
            <div className="panel-head">
              <h2 id="alerts">For you</h2>
              <Link to="/notifications">All notifications</Link>
            </div>
            <Loaded query={inbox} lines={2}>
              {({ items }) => items.length > 0 ? <InboxList items={items.slice(0, 5)} /> : <p className="soft" style={{ margin: 0 }}>Nothing waits for you. Rules under Notifications say what you are told.</p>}
            </Loaded>
          </section>
        )}
        {fullest.length > 0 && (
          <section className="panel" aria-labelledby="fullest">
            <div className="panel-head"><h2 id="fullest">Storage</h2><Link to="/storage">All of it</Link></div>
            <ul className="plain stack" style={{ gap: '0.55rem' }}>
              {fullest.map((unit) => (
                <li key={unit.id}>
                  <Link to="/storage/$id" params={{ id: unit.id }}>{unit.name}</Link>
                  <FillBar used={unit.used} capacity={unit.capacity} label={unit.name} />
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </div>
  )
}

import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useAsOf } from '~/api/moment'
import type { Lab } from '~/api/types'
import { useMayChange } from '~/app/Banners'
import { InboxList } from '~/notifications/InboxList'
import { messagesOf, useInbox } from '~/notifications/api'
import { Page } from '~/shared/Page'
import { Empty, Loaded, Note } from '~/shared/states'
import { ActivityList } from './ActivityList'
import { useActivity, useLab } from './api'
import { Counts } from './Counts'
import { FirstRun } from './FirstRun'
import { Past } from './Past'
import { Storage } from './Storage'

const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, one) => sum + one, 0)

export default function HomePage() {
  const asOf = useAsOf()
  const lab = useLab(!asOf)
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
      {asOf ? (
        <Past asOf={asOf} />
      ) : (
        <Loaded query={lab} lines={8}>
          {(data) => (data.samples === 0 && mayChange ? <FirstRun hasStorage={total(data.storage_units) > 0} /> : <Overview lab={data} />)}
        </Loaded>
      )}
    </Page>
  )
}

function Overview({ lab }: { lab: Lab }) {
  const activity = useActivity()
  const inbox = useInbox(true)
  const messages = messagesOf(inbox)
  return (
    <div className="split">
      <div className="stack">
        {lab.hints.length > 0 && <Note tone="calm" title="What could be next"><ul>{lab.hints.map((hint) => <li key={hint}>{hint}</li>)}</ul></Note>}
        <Counts lab={lab} />
        <section className="panel last" aria-labelledby="activity">
          <div className="panel-head"><h2 id="activity">Latest activity</h2></div>
          <Loaded query={activity}>
            {({ items }) => (items.length > 0 ? <ActivityList items={items} /> : <Empty title="Nothing happened yet" />)}
          </Loaded>
        </section>
      </div>
      <div className="stack">
        <section className="panel" aria-labelledby="alerts">
          <div className="panel-head">
            <h2 id="alerts">For you</h2>
            <Link to="/notifications">All notifications</Link>
          </div>
          <Loaded query={inbox} lines={2}>
            {() => messages.length > 0 ? <InboxList items={messages.slice(0, 5)} /> : <p className="soft" style={{ margin: 0 }}>Nothing waits for you. Rules under Notifications say what you are told.</p>}
          </Loaded>
        </section>
        <Storage units={lab.storage} />
      </div>
    </div>
  )
}

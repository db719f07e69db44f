import { Button, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useMayChange } from '~/app/Banners'
import { Page } from '~/shared/Page'
import { Empty, Loaded } from '~/shared/states'
import { messagesOf, useInbox, useMarkRead } from './api'
import { Deliveries } from './Deliveries'
import { InboxList } from './InboxList'
import { Rules } from './Rules'

export default function NotificationsPage() {
  const [view, setView] = useState('unread')
  const inbox = useInbox(view === 'unread')
  const items = messagesOf(inbox)
  const unread = inbox.data?.pages[0]?.unread ?? 0
  const markRead = useMarkRead()
  const mayChange = useMayChange()
  return (
    <Page title="Notifications">
      <div className="stack">
        <div className="halves">
          <section className="panel" aria-labelledby="inbox">
            <div className="panel-head">
              <h2 id="inbox">Inbox</h2>
              <span className="row">
                <SegmentedControl size="xs" value={view} onChange={setView} data={[{ value: 'unread', label: 'Unread' }, { value: 'all', label: 'All' }]} aria-label="Which messages" />
                {mayChange && unread > 0 && <Button size="xs" variant="default" onClick={() => markRead.mutate('all')}>Mark all as read</Button>}
              </span>
            </div>
            <Loaded query={inbox}>
              {() => (items.length > 0 ? <InboxList items={items} /> : <Empty title={view === 'unread' ? 'All read' : 'Nothing yet'}>What your rules catch arrives here, as it happens.</Empty>)}
            </Loaded>
            {inbox.hasNextPage && <Button variant="default" size="xs" mt="sm" loading={inbox.isFetchingNextPage} onClick={() => void inbox.fetchNextPage()}>Show older</Button>}
          </section>
          <Rules />
        </div>
        <Deliveries />
      </div>
    </Page>
  )
}

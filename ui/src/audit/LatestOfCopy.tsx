import { useQuery } from '@tanstack/react-query'
import { useAsOf } from '~/api/moment'
import { ActivityList } from '~/home/ActivityList'
import { Empty, Loaded } from '~/shared/states'
import { latestQuery } from './api'

/** A copy has no log to leaf through: what the laboratory did last, as its read models tell it. */
export function LatestOfCopy() {
  const asOf = useAsOf()
  const query = useQuery(latestQuery())
  return (
    <section className="panel" aria-labelledby="events">
      <div className="panel-head"><h2 id="events">Events</h2></div>
      <p className="soft" style={{ marginTop: 0 }}>The latest of this copy. Older events are on the page of each thing, under History; all of them, as JSON, in the log that the copy was made from.</p>
      <Loaded query={query} lines={6}>
        {({ items }) => {
          const then = items.filter(({ recorded_at }) => !asOf || Date.parse(recorded_at) <= Date.parse(asOf))
          return then.length > 0 ? <ActivityList items={then} /> : <Empty title={items.length > 0 ? 'Nothing of the latest had happened by then' : 'Nothing happened yet'} />
        }}
      </Loaded>
    </section>
  )
}

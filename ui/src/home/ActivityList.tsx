import type { Activity } from '~/api/types'
import { EntityName } from '~/app/EntityName'
import { withDates } from '~/shared/time'
import { When } from '~/shared/When'
import css from './Home.module.css'

export function ActivityList({ items }: { items: readonly Activity[] }) {
  return (
    <ol className={css.activity} aria-label="Latest activity">
      {items.map((one) => (
        <li key={one.event_id}>
          <span className="clip" title={withDates(one.summary)}>
            <EntityName stream={one.stream} /> · {withDates(one.summary)}
          </span>
          <span className={css.who}>
            {one.who.name || one.who.subject} · <When at={one.recorded_at} />
          </span>
        </li>
      ))}
    </ol>
  )
}

import type { Activity } from '~/api/types'
import { EntityLink } from '~/app/EntityLink'
import { When } from '~/shared/When'
import css from './Home.module.css'

export function ActivityList({ items }: { items: readonly Activity[] }) {
  return (
    <ol className={css.activity} aria-label="Latest activity">
      {items.map((one) => (
        <li key={one.event_id}>
          <EntityLink entity={one.stream} className="clip">
            {one.summary}
          </EntityLink>
          <span className={css.who}>
            {one.who.name || one.who.subject} · <When at={one.recorded_at} />
          </span>
        </li>
      ))}
    </ol>
  )
}

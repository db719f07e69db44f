import type { Activity } from '~/api/types'
import { EntityLink } from '~/app/EntityLink'
import { When } from '~/shared/When'
import css from './Home.module.css'

export function ActivityList({ items }: { items: readonly Activity[] }) {
  return (
    <ol className={css.activity} aria-label="Latest activity">
      {items.map((one) => (
        <li key={one.event_id}>
          <span className="clip" title={one.summary}>
            {one.label && <EntityLink entity={one.subject}>{one.label}</EntityLink>}
            {one.label ? ' · ' : ''}
            {one.summary}
          </span>
          <span className={css.who}>
            {one.who} · <When at={one.at} />
          </span>
        </li>
      ))}
    </ol>
  )
}

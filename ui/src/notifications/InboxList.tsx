import { Button } from '@mantine/core'
import type { InboxItem } from '~/api/types'
import { useMayChange } from '~/app/Banners'
import { EntityLink } from '~/app/EntityLink'
import { Tag } from '~/shared/StateBadge'
import { withDates } from '~/shared/time'
import { When } from '~/shared/When'
import { useMarkRead } from './api'
import css from './Notifications.module.css'

const tone = (urgency: string) => (urgency === 'critical' ? 'bad' : urgency === 'high' ? 'warn' : 'calm')

export function InboxList({ items }: { items: readonly InboxItem[] }) {
  const markRead = useMarkRead()
  const mayChange = useMayChange()
  return (
    <ul className={css.inbox}>
      {items.map((item) => (
        <li key={item.id} data-read={item.read}>
          <div className={css.subject}>
            <EntityLink entity={item.entity}>{withDates(item.subject)}</EntityLink>
            <div className={css.meta}>
              {item.urgency !== 'normal' && item.urgency !== 'low' && <Tag tone={tone(item.urgency)}>{item.urgency}</Tag>}
              <When at={item.at} />
            </div>
          </div>
          {!item.read && mayChange && (
            <Button className={css.read} size="compact-sm" variant="subtle" onClick={() => markRead.mutate(item.id)} aria-label={`Mark as read: ${withDates(item.subject)}`}>
              Mark as read
            </Button>
          )}
        </li>
      ))}
    </ul>
  )
}

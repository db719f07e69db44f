import { Link } from '@tanstack/react-router'
import { useUnread } from '~/notifications/api'
import { Icon, type IconName } from './icons'
import css from './Shell.module.css'

const places: { to: string; label: string; icon: IconName }[] = [
  { to: '/', label: 'Home', icon: 'home' },
  { to: '/scan', label: 'Scan station', icon: 'scan' },
  { to: '/samples', label: 'Samples', icon: 'tube' },
  { to: '/storage', label: 'Storage', icon: 'box' },
  { to: '/runs', label: 'Runs', icon: 'run' },
  { to: '/imports', label: 'Imports', icon: 'sheet' },
  { to: '/notifications', label: 'Notifications', icon: 'bell' },
  { to: '/audit', label: 'Audit', icon: 'audit' },
  { to: '/system', label: 'System', icon: 'system' },
  { to: '/cluster', label: 'Cluster', icon: 'cluster' },
]

export function Nav({ onGo }: { onGo?: () => void }) {
  const unread = useUnread()
  return (
    <nav aria-label="Pages" className={css.nav}>
      {places.map(({ to, label, icon }) => (
        <Link key={to} to={to} className={css.link} activeOptions={{ exact: to === '/', includeSearch: false }} onClick={onGo}>
          <Icon name={icon} />
          {label}
          {to === '/notifications' && unread > 0 && (
            <span className={css.count}>
              {unread}
              <span className="visually-hidden"> unread</span>
            </span>
          )}
        </Link>
      ))}
    </nav>
  )
}

import { ActionIcon, Burger, useMantineColorScheme } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { signOut } from '~/api/session'
import { useCluster } from '~/cluster/api'
import { useLiveStatus } from '~/live/status'
import { count } from '~/shared/words'
import { useSystem } from '~/system/api'
import { Icon } from './icons'
import css from './Shell.module.css'

const liveWords = { off: 'Not following', connecting: 'Connecting', live: 'Live', stale: 'Not live: what you see may be old' }
const next = { auto: 'light', light: 'dark', dark: 'auto' } as const
const schemeWords = { auto: 'as the system', light: 'light', dark: 'dark' }

export function TopBar({ onSearch, onMenu, menuOpen }: { onSearch: () => void; onMenu: () => void; menuOpen: boolean }) {
  const status = useLiveStatus()
  // Nothing more happens in a copy of the past.
  const copy = Boolean(useSystem().data?.until)
  const live = copy ? 'off' : status
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const schemeLabel = `Colours: ${schemeWords[colorScheme]}. Change to ${schemeWords[next[colorScheme]]}`
  return (
    <header className={css.top}>
      <Burger className={css.burger} opened={menuOpen} onClick={onMenu} size="sm" aria-label="Menu" aria-expanded={menuOpen} />
      <button type="button" className={css.search} onClick={onSearch} aria-keyshortcuts="Control+K">
        <Icon name="search" size={17} />
        <span className="clip">
          Search<span className={css.searchLong}> or scan anything</span>
        </span>
        <kbd>Ctrl K</kbd>
      </button>
      <div className={css.right}>
        <Answering />
        <span className={css.live} data-live={live} role="status">
          <span className={css.liveWord}>{copy ? 'A copy of the past' : liveWords[live]}</span>
        </span>
        <ActionIcon variant="subtle" color="gray" size="lg" title={schemeLabel} aria-label={schemeLabel} onClick={() => setColorScheme(next[colorScheme])}>
          <Icon name={colorScheme === 'auto' ? 'auto' : colorScheme === 'dark' ? 'moon' : 'sun'} />
        </ActionIcon>
        <ActionIcon variant="subtle" color="gray" size="lg" title="Sign out" aria-label="Sign out" onClick={() => signOut()}>
          <Icon name="out" />
        </ActionIcon>
      </div>
    </header>
  )
}

/** Which node this page talks to, where there are several. */
function Answering() {
  const { data: view } = useCluster()
  if (!view?.clustered) return null
  const words = `${view.node} answers this page, one of ${count(view.nodes.length, 'node')}`
  return <Link to="/cluster" className={css.node} title={words} aria-label={words}>{view.node}</Link>
}

import { useHotkeys } from '@mantine/hooks'
import { Link, Outlet, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useLive } from '~/live/useLive'
import { listenForScans, useOtherScans } from '~/scan/useScanner'
import { undoLatest } from '~/shared/undo'
import { useSystem } from '~/system/api'
import { Banners } from './Banners'
import { Nav } from './Nav'
import { openLabel } from './openLabel'
import css from './Shell.module.css'
import { TopBar } from './TopBar'

const readSearch = () => import('./Search')
const Search = lazy(readSearch)
const MenuDrawer = lazy(() => import('./MenuDrawer'))

export function Shell() {
  useLive()
  useEffect(listenForScans, [])
  useEffect(fetchTheRest, [])
  const navigate = useNavigate()
  const [searching, setSearching] = useState(false)
  const [menu, setMenu] = useState(false)
  useOtherScans((label) => void openLabel(label, (to) => void navigate({ to })))
  useHotkeys(
    [
      ['mod+K', () => setSearching(true)],
      ['mod+Z', () => void undoLatest()],
    ],
    ['INPUT', 'TEXTAREA'],
  )
  return (
    <>
      <a href="#main" className="skip">
        Skip to the page
      </a>
      <div className={css.frame}>
        <aside className={css.side} aria-label="Menu">
          <Brand />
          <Nav />
          <Foot />
        </aside>
        <div className={css.body}>
          <TopBar onSearch={() => setSearching(true)} onMenu={() => setMenu(!menu)} menuOpen={menu} />
          <Banners />
          <main id="main" className={css.main} tabIndex={-1}>
            <Outlet />
          </main>
        </div>
      </div>
      {menu && (
        <Suspense>
          <MenuDrawer onClose={() => setMenu(false)} />
        </Suspense>
      )}
      {searching && (
        <Suspense>
          <Search onClose={() => setSearching(false)} />
        </Suspense>
      )}
    </>
  )
}

const quiet_ms = 1500
/** Fetches what later steps need while nobody waits: without network a dialog opens all the same, and says so. */
function fetchTheRest() {
  const all = [readSearch, () => import('~/shared/form/FormDialogBody'), () => import('~/storage/PlaceDialog'), () => import('~/storage/AddUnitDialog')]
  // What cannot be fetched now is asked for again when it is needed.
  const timer = setTimeout(() => all.forEach((read) => void read().catch(() => undefined)), quiet_ms)
  return () => clearTimeout(timer)
}

function Brand() {
  return (
    <Link to="/" className={css.brand}>
      <img src="/favicon.svg" alt="" width={28} height={28} />
      TracSeq
    </Link>
  )
}

function Foot() {
  const { data } = useSystem()
  if (!data) return null
  return (
    <div className={css.foot}>
      <span className="soft">
        {data.node} · {data.engine}
        <br />
        version {data.version}
      </span>
    </div>
  )
}

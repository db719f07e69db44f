import { useHotkeys } from '@mantine/hooks'
import { Link, Outlet, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useLive } from '~/live/useLive'
import { listenForScans, useOtherScans } from '~/scan/useScanner'
import { formIsOpen } from '~/shared/form/open'
import { FormDialog } from '~/shared/form/FormDialog'
import { later } from '~/shared/later'
import { undoLatest } from '~/shared/undo'
import { useSystem } from '~/system/api'
import { Banners } from './Banners'
import { Nav } from './Nav'
import { openLabel } from './openLabel'
import css from './Shell.module.css'
import { TopBar } from './TopBar'

const Search = later(() => import('./Search'))
const MenuDrawer = later(() => import('./MenuDrawer'))

export function Shell() {
  useLive()
  useEffect(listenForScans, [])
  useEffect(fetchTheRest, [])
  const navigate = useNavigate()
  const [searching, setSearching] = useState(false)
  const [menu, setMenu] = useState(false)
  useOtherScans((label) => void openLabel(label, (to) => void navigate({ to })))
  // From a field too; not from a form, whose words would be lost.
  useHotkeys([['mod+K', () => !formIsOpen() && setSearching(true)]], [])
  // In a field it takes back letters.
  useHotkeys([['mod+Z', () => void undoLatest()]], ['INPUT', 'TEXTAREA'])
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
      <div className={css.over}>
        {menu && <MenuDrawer onClose={() => setMenu(false)} />}
        {searching && <Search onClose={() => setSearching(false)} />}
      </div>
    </>
  )
}

const quiet_ms = 300
/** Fetches what later steps need once the page is seen: without network a dialog opens all the same, and says so. */
function fetchTheRest() {
  const all = [FormDialog.fetch, Search.fetch, MenuDrawer.fetch, () => void import('~/storage/PlaceDialog').catch(() => undefined), () => void import('~/storage/AddUnitDialog').catch(() => undefined)]
  const timer = setTimeout(() => all.forEach((fetch) => fetch()), quiet_ms)
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

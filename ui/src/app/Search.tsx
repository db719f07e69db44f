import { Spotlight, createSpotlight } from '@mantine/spotlight'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { api, unwrap } from '~/api/client'
import { keys } from '~/api/keys'
import { asProblem } from '~/api/problem'
import { stripAim } from '~/scan/burst'
import { kindWord } from '~/shared/words'
import { Icon } from './icons'
import { pathOf } from './links'
import { openLabel } from './openLabel'

const [store, spotlight] = createSpotlight()
const pages: [string, string][] = [
  ['Home', '/'], ['Scan station', '/scan'], ['Samples', '/samples'], ['Register a sample', '/samples?register=true'],
  ['Storage', '/storage'], ['Runs', '/runs'], ['Import a sheet', '/imports'], ['Notifications', '/notifications'],
  ['Audit', '/audit'], ['System', '/system'], ['Cluster', '/cluster'],
]

/** What is found comes after the letters that asked for it: Enter goes to the first, unless another is chosen. */
function selectFirst() {
  const list = document.getElementById(store.getState().listId)
  if (!list || list.querySelector('[data-selected]')) return
  list.querySelector('[data-action]')?.setAttribute('data-selected', 'true')
  store.updateState((state) => ({ ...state, selected: 0 }))
}

/** Search over everything. A scanned label ends in Enter and goes straight to what it names. */
export default function Search({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const words = stripAim(typed).trim()
  const [settled] = useDebouncedValue(words, 120)
  useEffect(() => spotlight.open(), [])
  const found = useQuery({
    queryKey: keys.search(settled),
    queryFn: () => unwrap(api.GET('/search', { params: { query: { q: settled } } })),
    enabled: settled.length > 1,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
  })
  const go = (to: string) => {
    spotlight.close()
    void navigate({ to })
  }
  const hits = words.length > 1 ? (found.data?.items ?? []) : []
  const offered = pages.filter(([label]) => label.toLowerCase().includes(words.toLowerCase()))
  useEffect(() => selectFirst(), [found.data, words])
  const nothing = found.isError ? asProblem(found.error).message : found.isFetching || settled !== words ? 'Searching…' : `Nothing found for “${words}”.`
  return (
    <Spotlight.Root attributes={{ content: { 'aria-label': 'Search' } }} store={store} query={typed} onQueryChange={setTyped} onSpotlightClose={onClose} shortcut={null} scrollable maxHeight="60vh" lockScroll={false}>
      <Spotlight.Search
        placeholder="Name, barcode, project, flow cell…"
        aria-label="Search everything"
        leftSection={<Icon name="search" size={18} />}
        data-scan-field
        onKeyDown={(event) => {
          // A scanner's Enter comes before the answer to the search: the label itself is asked then.
          if (event.key === 'Enter' && words !== '' && (settled !== words || found.isFetching)) {
            event.preventDefault()
            event.stopPropagation()
            spotlight.close()
            void openLabel(words, go)
          }
        }}
      />
      <Spotlight.ActionsList>
        {hits.map((hit) => {
          const to = pathOf(hit.kind, hit.id) ?? (hit.kind === 'project' ? `/samples?project=${encodeURIComponent(hit.label)}` : null)
          return (
            <Spotlight.Action
              key={`${hit.kind}/${hit.id}`}
              label={hit.label}
              description={[kindWord(hit.kind), hit.detail.includes(hit.barcode) ? '' : hit.barcode, hit.detail].filter(Boolean).join(' · ')}
              onClick={() => to && go(to)}
            />
          )
        })}
        {offered.map(([label, to]) => (
          <Spotlight.Action key={to} label={label} description="Page" onClick={() => go(to)} />
        ))}
        {hits.length === 0 && offered.length === 0 && <Spotlight.Empty>{nothing}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  )
}

import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { useAsOf } from '~/api/moment'
import { useMayChange } from '~/app/Banners'
import { Icon } from '~/app/icons'
import type { Sample } from '~/api/types'
import { useRegistered } from '~/live/status'
import { Page } from '~/shared/Page'
import { Empty, Failed, Loading } from '~/shared/states'
import { samplesQuery } from './api'
import { ByNames } from './ByNames'
import { RegisterDialog } from './RegisterDialog'
import { SampleFilters } from './SampleFilters'
import css from './SampleFilters.module.css'
import { SampleTable } from './SampleTable'
import type { SamplesSearch } from './search'

export default function SamplesPage() {
  const search = useSearch({ from: '/samples' })
  const navigate = useNavigate()
  const mayChange = useMayChange()
  const [naming, setNaming] = useState(Boolean(search.names))
  const change = useCallback(
    (part: Partial<SamplesSearch>) => void navigate({ to: '/samples', search: (before) => ({ ...before, ...part }), replace: true }),
    [navigate],
  )
  return (
    <Page
      title="Samples"
      actions={
        <>
          <Button variant="default" aria-expanded={naming} onClick={() => { setNaming(!naming); if (naming) change({ names: undefined }) }}>
            Select by names
          </Button>
          {mayChange && (
            <Button leftSection={<Icon name="plus" size={16} />} onClick={() => change({ register: true })}>
              Register a sample
            </Button>
          )}
        </>
      }
    >
      {naming ? (
        <ByNames start={search.names ?? ''} onList={(names) => change({ names: names || undefined })} />
      ) : (
        <>
          <SampleFilters search={search} onChange={change} />
          <List search={search} onChange={change} />
        </>
      )}
      {search.register && mayChange && <RegisterDialog project={search.project} onClose={() => change({ register: undefined })} />}
    </Page>
  )
}

function List({ search, onChange }: { search: SamplesSearch; onChange: (part: Partial<SamplesSearch>) => void }) {
  const asOf = useAsOf()
  const mayChange = useMayChange()
  const { q, state, type, project } = search
  // The past is listed in the order of creation alone.
  const sort = asOf ? undefined : (search.sort ?? '-updated_at')
  const query = useInfiniteQuery(samplesQuery({ q, state, type, project, sort }, asOf))
  const samples = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data])
  const { hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = query
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  if (query.isPending) return <div className="panel"><Loading lines={10} label="Loading samples" /></div>
  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void refetch()} />
  const filtered = q || state || type || project
  return (
    <>
      {!asOf && <NewPill samples={samples} show={() => void refetch()} />}
      {samples.length > 0 ? (
        <SampleTable samples={samples} sort={sort} onSort={(next) => onChange({ sort: next })} onEnd={more} />
      ) : (
        <div className="panel">
          {filtered ? (
            <Empty title="No sample fits" actions={<Button variant="default" onClick={() => onChange({ q: undefined, state: undefined, type: undefined, project: undefined })}>Clear the filters</Button>}>
              Nothing carries these words in this state.
            </Empty>
          ) : (
            <Empty title={asOf ? 'There was no sample yet' : 'No samples yet'} actions={mayChange && <Button onClick={() => onChange({ register: true })}>Register the first sample</Button>}>
              A sample is one tube with a label. Register one here, or import a submission sheet with many.
            </Empty>
          )}
        </div>
      )}
    </>
  )
}

/** New samples wait behind a pill, so that no row moves under a person's hand. */
function NewPill({ samples, show }: { samples: Sample[]; show: () => void }) {
  const registered = useRegistered()
  const [seen, setSeen] = useState(registered.length)
  const fresh = useMemo(() => {
    const waiting = registered.slice(Math.min(seen, registered.length))
    if (waiting.length === 0) return 0
    const shown = new Set(samples.map((sample) => sample.id))
    return waiting.filter((id) => !shown.has(id)).length
  }, [registered, seen, samples])
  return (
    <div className={css.pill} role="status">
      {fresh > 0 && (
        <Button size="xs" radius="xl" onClick={() => { setSeen(registered.length); show() }}>
          {fresh.toLocaleString('en')} new: show
        </Button>
      )}
    </div>
  )
}

import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { sampleStateWords, sampleTypes } from '~/shared/words'
import css from './SampleFilters.module.css'
import type { SamplesSearch } from './search'

interface Props {
  search: SamplesSearch
  onChange: (change: Partial<SamplesSearch>) => void
}

/** Every filter lives in the address, so that a view can be sent to a colleague. */
export function SampleFilters({ search, onChange }: Props) {
  const [typed, setTyped] = useState(search.q ?? '')
  useEffect(() => setTyped(search.q ?? ''), [search.q])
  useEffect(() => {
    if (typed === (search.q ?? '')) return
    const timer = setTimeout(() => onChange({ q: typed || undefined }), 200)
    return () => clearTimeout(timer)
  }, [typed, search.q, onChange])
  const filtered = search.q || search.state || search.type || search.project
  return (
    <div className={css.filters} role="search" aria-label="Filter samples">
      <TextInput className={css.words} placeholder="Name or barcode…" aria-label="Search samples" value={typed} onChange={(event) => setTyped(event.currentTarget.value)} data-scan-field />
      <NativeSelect aria-label="State" value={search.state ?? ''} onChange={(event) => onChange({ state: event.currentTarget.value || undefined })} data={[{ value: '', label: 'Any state' }, ...Object.entries(sampleStateWords).map(([value, label]) => ({ value, label }))]} />
      <NativeSelect aria-label="Type" value={search.type ?? ''} onChange={(event) => onChange({ type: event.currentTarget.value || undefined })} data={[{ value: '', label: 'Any type' }, ...sampleTypes]} />
      <TextInput className={css.project} placeholder="Any project" aria-label="Project" defaultValue={search.project ?? ''} key={search.project ?? ''} onBlur={(event) => onChange({ project: event.currentTarget.value || undefined })} onKeyDown={(event) => event.key === 'Enter' && onChange({ project: event.currentTarget.value || undefined })} />
      {filtered && (
        <Button variant="subtle" onClick={() => onChange({ q: undefined, state: undefined, type: undefined, project: undefined })}>
          Clear
        </Button>
      )}
    </div>
  )
}

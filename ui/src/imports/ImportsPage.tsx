import { useInfiniteQuery } from '@tanstack/react-query'
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useCallback, useRef, useState } from 'react'
import { useAsOf } from '~/api/moment'
import type { Preview } from '~/api/types'
import { useMayChange } from '~/app/Banners'
import { Page } from '~/shared/Page'
import { StateBadge } from '~/shared/StateBadge'
import { Empty, Failed, Loading, ProblemNote } from '~/shared/states'
import { When } from '~/shared/When'
import { importsQuery, preview as askPreview } from './api'
import { DropZone } from './DropZone'
import { noMapping, type Mapping } from './mapping'
import { PreviewPanel } from './PreviewPanel'

export default function ImportsPage() {
  const mayChange = useMayChange()
  const asking = useRef<AbortController>(null)
  const [file, setFile] = useState<File | null>(null)
  const [mapping, setMapping] = useState<Mapping>(noMapping)
  const [read, setRead] = useState<Preview | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const ask = useCallback(async (wanted: File, corrections: Mapping) => {
    asking.current?.abort()
    const mine = new AbortController()
    asking.current = mine
    setFile(wanted)
    setMapping(corrections)
    setBusy(true)
    setError(null)
    try {
      setRead(await askPreview(wanted, corrections, mine.signal))
    } catch (problem) {
      if (mine.signal.aborted) return
      setError(problem)
    }
    if (asking.current === mine) setBusy(false)
  }, [])
  const take = useCallback((next: File) => { setRead(null); void ask(next, noMapping) }, [ask])
  const leave = () => { setFile(null); setRead(null); setError(null) }
  return (
    <Page title="Imports">
      <div className="stack">
        {mayChange && !read && <DropZone onFile={take} />}
        {error !== null && <ProblemNote error={error} />}
        {busy && !read && <div className="panel"><Loading lines={5} label={`Reading ${file?.name ?? 'the sheet'}`} /></div>}
        {read && file ? (
          <PreviewPanel preview={read} mapping={mapping} busy={busy} onMapping={(next) => void ask(file, next)} onLeave={leave} />
        ) : (
          <EarlierImports />
        )}
      </div>
    </Page>
  )
}

function EarlierImports() {
  const query = useInfiniteQuery(importsQuery(useAsOf()))
  const imports = query.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section className="panel" aria-labelledby="earlier">
      <div className="panel-head"><h2 id="earlier">Earlier imports</h2></div>
      {query.isPending ? (
        <Loading lines={3} label="Loading imports" />
      ) : query.isError && imports.length === 0 ? (
        <Failed error={query.error} retry={() => void query.refetch()} />
      ) : imports.length === 0 ? (
        <Empty title="No imports yet">Each imported sheet is listed here with its samples.</Empty>
      ) : (
        <div className="table-wrap" tabIndex={0} role="region" aria-label="List of earlier imports">
          <table className="table">
            <thead><tr><th scope="col">File</th><th scope="col">State</th><th scope="col">Samples</th><th scope="col" className="wide-only">By</th><th scope="col" className="wide-only">When</th></tr></thead>
            <tbody>
              {imports.map((one) => (
                <tr key={one.id}>
                  <td><Link to="/imports/$id" params={{ id: one.id }}>{one.file_name}</Link></td>
                  <td><StateBadge state={one.state} /></td>
                  <td className="nowrap">{one.registered.toLocaleString('en')} of {one.rows.toLocaleString('en')}</td>
                  <td className="wide-only">{one.who}</td>
                  <td className="soft wide-only"><When at={one.created_at} /></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {query.hasNextPage && <Button variant="default" mt="sm" onClick={() => void query.fetchNextPage()}>Show older</Button>}
    </section>
  )
}

import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useInfiniteQuery, useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query'
import { useMemo, useState, type ReactNode } from 'react'
import { EntityLink } from '~/app/EntityLink'
import { useAsOf } from '~/api/moment'
import type { CloudEvent } from '~/api/types'
import { eventName } from '~/live/patch'
import { useLiveStatus } from '~/live/status'
import { eventWord, kindWord } from '~/shared/words'
import { useEventTypes } from '~/notifications/api'
import { Empty, Failed, Loading } from '~/shared/states'
import { Tag } from '~/shared/StateBadge'
import { shortTime, withDates } from '~/shared/time'
import { eventsQuery, newestKey, newestQuery, type EventFilter } from './api'
import css from './EventBrowser.module.css'
import { useTail } from './useTail'

type View = 'newest' | 'beginning'
const none: readonly CloudEvent[] = []

export function EventBrowser() {
  const types = useEventTypes()
  const [chosen, setChosen] = useState('')
  const [stream, setStream] = useState('')
  const [settled] = useDebouncedValue(stream.trim(), 250)
  const [view, setView] = useState<View>('newest')
  const filter = { types: chosen, stream: settled }
  const asOf = useAsOf()
  const tail = useTail(filter)
  const live = useLiveStatus()
  const cache = useQueryClient()
  // What happens now is no part of a past moment.
  const told = asOf === undefined ? tail.shown : none
  const newest = () => {
    setView('newest')
    void cache.resetQueries({ queryKey: newestKey })
  }
  return (
    <section className="panel" aria-labelledby="events">
      <div className="panel-head">
        <h2 id="events">Events</h2>
        {asOf === undefined && <span className="row">
          <Tag tone={tail.paused ? 'warn' : live === 'live' ? 'good' : 'neutral'}>{tail.paused ? `Paused, ${tail.waiting} waiting` : live === 'live' ? 'Following' : 'Not following'}</Tag>
          <Button size="xs" variant="default" onClick={tail.toggle} aria-pressed={tail.paused}>{tail.paused ? 'Go on' : 'Pause'}</Button>
        </span>}
      </div>
      <div className={css.filters}>
        <NativeSelect label="Event type" value={chosen} onChange={(event) => setChosen(event.currentTarget.value)} data={[{ value: '', label: 'All' }, ...(types.data?.items.map(({ name }) => ({ value: name, label: eventWord(name) })) ?? [])]} />
        <TextInput label="Stream" placeholder="sample, or sample/0192f3…" value={stream} onChange={(event) => setStream(event.currentTarget.value)} data-scan-field />
      </div>
      <div className="row" style={{ marginBottom: '0.8rem' }}>
        <Button size="xs" variant={view === 'newest' ? 'light' : 'default'} aria-pressed={view === 'newest'} onClick={newest}>Newest</Button>
        <Button size="xs" variant={view === 'beginning' ? 'light' : 'default'} aria-pressed={view === 'beginning'} onClick={() => setView('beginning')}>From the beginning</Button>
      </div>
      {told.length > 0 && (
        <>
          <h3 className="section-title">Since you opened this page</h3>
          <List events={told} />
        </>
      )}
      {view === 'beginning' ? <FromTheBeginning key={`${chosen} ${settled} ${asOf ?? ''}`} filter={filter} asOf={asOf} /> : <NewestFirst filter={filter} asOf={asOf} told={told} />}
    </section>
  )
}

interface Asked {
  filter: EventFilter
  asOf: string | undefined
}

function NewestFirst({ filter, asOf, told }: Asked & { told: readonly CloudEvent[] }) {
  const query = useInfiniteQuery(newestQuery(filter, asOf))
  const above = useMemo(() => new Set(told.map(({ id }) => id)), [told])
  const items = query.data?.pages.flatMap((page) => page.items).filter(({ id }) => !above.has(id)) ?? []
  return (
    <>
      <Title>Written before, newest first</Title>
      <Written query={query} items={items} />
      {query.hasNextPage && <Button size="xs" variant="default" mt="sm" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>Show older</Button>}
    </>
  )
}

function FromTheBeginning({ filter, asOf }: Asked) {
  const [pages, setPages] = useState<(string | undefined)[]>([undefined])
  const after = pages.at(-1)
  const query = useQuery(eventsQuery(filter, asOf, after))
  const items = query.data?.items ?? []
  return (
    <>
      <Title>{after ? `Written before, after position ${after}` : 'Written before, from the beginning'}</Title>
      <Written query={query} items={items} />
      <div className="row" style={{ marginTop: '0.8rem' }}>
        <Button size="xs" variant="default" disabled={pages.length < 2} onClick={() => setPages(pages.slice(0, -1))}>Back</Button>
        <Button size="xs" variant="default" disabled={items.length === 0} onClick={() => setPages([...pages, query.data?.position])}>Further on</Button>
      </div>
    </>
  )
}

const Title = ({ children }: { children: ReactNode }) => <h3 className={`section-title ${css.title}`}>{children}</h3>

function Written({ query, items }: { query: Pick<UseQueryResult, 'data' | 'isError' | 'error' | 'refetch'>; items: readonly CloudEvent[] }) {
  if (query.data === undefined) return query.isError ? <Failed error={query.error} retry={() => void query.refetch()} /> : <Loading lines={6} label="Loading events" />
  return items.length === 0 ? <Empty title="No events here" /> : <List events={items} />
}

function List({ events }: { events: readonly CloudEvent[] }) {
  return (
    <ol className={css.list}>
      {events.map((event) => (
        <li key={event.id} className={css.event}>
          <details>
            <summary>
              <span className="soft nowrap">{shortTime(event.time)}</span>
              <span>{withDates(event.summary ?? '') || eventWord(eventName(event.type))}</span>
              <span className="clip soft">{eventName(event.type)}</span>
              <span className="soft clip">{kindWord(event.subject.split('/')[0] ?? '')}</span>
            </summary>
            <p className={css.target}>
              <EntityLink entity={event.subject} className="mono">{event.subject}</EntityLink>
            </p>
            <pre className={css.json} tabIndex={0} aria-label="The event as JSON">{JSON.stringify(event, null, 2)}</pre>
          </details>
        </li>
      ))}
    </ol>
  )
}

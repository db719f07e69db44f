import { Button, NativeSelect, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { EntityLink } from '~/app/EntityLink'
import type { CloudEvent } from '~/api/types'
import { eventName } from '~/live/patch'
import { useLiveStatus } from '~/live/status'
import { eventWord, kindWord } from '~/shared/words'
import { useEventTypes } from '~/notifications/api'
import { Empty, Failed, Loading } from '~/shared/states'
import { Tag } from '~/shared/StateBadge'
import { shortTime } from '~/shared/time'
import { useSystem } from '~/system/api'
import { eventsQuery } from './api'
import css from './EventBrowser.module.css'
import { useTail } from './useTail'

export function EventBrowser() {
  const types = useEventTypes()
  const [chosen, setChosen] = useState('')
  const [stream, setStream] = useState('')
  const [settled] = useDebouncedValue(stream.trim(), 250)
  const [pages, setPages] = useState<(string | undefined)[]>([])
  const recent = useRecentPosition()
  const filter = { types: chosen, stream: settled }
  const tail = useTail(filter)
  const live = useLiveStatus()
  const filtered = filter.types !== '' || filter.stream !== ''
  const fromRecent = pages.length === 0 && !filtered
  const after = fromRecent ? recent : pages.at(-1)
  const written = useQuery({ ...eventsQuery(filter, after), enabled: !fromRecent || recent !== undefined })
  const items = fromRecent ? [...(written.data?.items ?? [])].sort((a, b) => b.time.localeCompare(a.time)) : (written.data?.items ?? [])
  const restart = () => setPages([])
  return (
    <section className="panel" aria-labelledby="events">
      <div className="panel-head">
        <h2 id="events">Events</h2>
        <span className="row">
          <Tag tone={tail.paused ? 'warn' : live === 'live' ? 'good' : 'neutral'}>{tail.paused ? `Paused, ${tail.waiting} waiting` : live === 'live' ? 'Following' : 'Not following'}</Tag>
          <Button size="xs" variant="default" onClick={tail.toggle} aria-pressed={tail.paused}>{tail.paused ? 'Go on' : 'Pause'}</Button>
        </span>
      </div>
      <div className={css.filters}>
        <NativeSelect label="Event type" value={chosen} onChange={(event) => { setChosen(event.currentTarget.value); restart() }} data={[{ value: '', label: 'All' }, ...(types.data?.items.map(({ name }) => ({ value: name, label: eventWord(name) })) ?? [])]} />
        <TextInput label="Stream" placeholder="sample, or sample/0192f3…" value={stream} onChange={(event) => { setStream(event.currentTarget.value); restart() }} data-scan-field />
      </div>
      {tail.shown.length > 0 && (
        <>
          <h3 className="section-title">Since you opened this page</h3>
          <List events={tail.shown} />
        </>
      )}
      <h3 className="section-title" style={{ marginTop: '0.8rem' }}>Written before{fromRecent ? ', newest first' : after ? `, after position ${after}` : ', from the beginning'}</h3>
      {written.isPending ? (
        <Loading lines={6} label="Loading events" />
      ) : written.isError ? (
        <Failed error={written.error} retry={() => void written.refetch()} />
      ) : items.length === 0 ? (
        <Empty title="No events here" />
      ) : (
        <List events={items} />
      )}
      <div className="row" style={{ marginTop: '0.8rem' }}>
        {!filtered && <Button size="xs" variant="default" disabled={fromRecent} onClick={restart}>Newest</Button>}
        <Button size="xs" variant="default" onClick={() => setPages([undefined])}>From the beginning</Button>
        <Button size="xs" variant="default" disabled={pages.length < 2} onClick={() => setPages(pages.slice(0, -1))}>Back</Button>
        <Button size="xs" variant="default" disabled={fromRecent || items.length === 0} onClick={() => setPages([...(pages.length > 0 ? pages : [undefined]), written.data?.position])}>Further on</Button>
      </div>
    </section>
  )
}

/** A position a few records before the end of every partition: enough for a first look. */
const looked_back = 12
function useRecentPosition(): string | undefined {
  const { data } = useSystem()
  const [position, setPosition] = useState<string>()
  if (data && position === undefined)
    setPosition([...data.partitions].sort((a, b) => a.partition - b.partition).map((one) => Math.max(0, one.end - looked_back)).join('.'))
  return position
}

function List({ events }: { events: readonly CloudEvent[] }) {
  return (
    <ol className={css.list}>
      {events.map((event) => (
        <li key={event.id} className={css.event}>
          <details>
            <summary>
              <span className="soft nowrap">{shortTime(event.time)}</span>
              <span>{event.summary || eventWord(eventName(event.type))}</span>
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

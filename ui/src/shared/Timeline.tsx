import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { historyQuery } from '~/api/history'
import type { Resource } from '~/api/keys'
import type { HistoryEntry } from '~/api/types'
import { Empty, Failed, Loading } from './states'
import { dateWords, fullTime, withDates } from './time'
import css from './Timeline.module.css'
import { When } from './When'
import { fieldWord } from './words'

interface Props {
  resource: Exclude<Resource, 'notification-rules'>
  id: string
  asOf?: string
}

/** What happened to one thing, newest first: the sentence, who, when, why, and old and new of each field. */
export function Timeline({ resource, id, asOf }: Props) {
  const query = useInfiniteQuery(historyQuery(resource, id, asOf))
  if (query.isPending) return <Loading lines={5} label="Loading the history" />
  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />
  const entries = query.data?.pages.flatMap((page) => page.items) ?? []
  if (entries.length === 0) return <Empty title="Nothing happened yet at that moment" />
  return (
    <>
      <ol className={css.list} aria-label="History, newest first">
        {entries.map((entry) => (
          <Entry key={entry.event_id} entry={entry} />
        ))}
      </ol>
      {query.hasNextPage && (
        <Button variant="default" size="xs" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          Show older
        </Button>
      )}
    </>
  )
}

function Entry({ entry }: { entry: HistoryEntry }) {
  const late = entry.occurred_at && Math.abs(Date.parse(entry.recorded_at) - Date.parse(entry.occurred_at)) > 60_000
  return (
    <li className={css.item}>
      <span className={css.dot} aria-hidden />
      <div>
        <p className={css.summary}>{withDates(entry.summary)}</p>
        <p className={css.meta}>
          <span>{entry.who.name || entry.who.subject}</span>
          <When at={entry.recorded_at} />
          {late && <span title={`Recorded ${fullTime(entry.recorded_at)}`}>happened {fullTime(entry.occurred_at ?? '')}</span>}
        </p>
        {entry.reason && !entry.summary.includes(entry.reason) && <p className={css.reason}>{entry.reason}</p>}
        {entry.changes.length > 0 && (
          <table className={css.changes}>
            <thead className="visually-hidden">
              <tr>
                <th scope="col">Field</th>
                <th scope="col">Before</th>
                <th scope="col">After</th>
              </tr>
            </thead>
            <tbody>
              {entry.changes.map((change) => (
                <tr key={change.field}>
                  <th scope="row">{fieldWord(change.field)}</th>
                  <td className={change.old === '' ? css.none : css.old}>{words(change.old)}</td>
                  <td className={change.new === '' ? css.none : undefined}>{words(change.new)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </li>
  )
}

function words(value: string): string {
  if (value === '') return 'nothing'
  return /^\d{4}-\d{2}-\d{2}(T|$)/.test(value) ? dateWords(value) : value
}

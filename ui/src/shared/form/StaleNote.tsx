import { Anchor } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { sinceQuery } from '~/api/history'
import type { Resource } from '~/api/keys'
import { Note } from '../states'
import { fieldWord } from '../words'

export interface Watched {
  resource: Exclude<Resource, 'notification-rules'>
  id: string
  version: number
}

/** Somebody else changed it first: says who, what, from what to what. Nothing was overwritten. */
export function StaleNote({ watched, onLeave }: { watched: Watched; onLeave: () => void }) {
  const { resource, id, version } = watched
  const { data: missed = [] } = useQuery(sinceQuery(resource, id, version))
  return (
    <Note tone="warn" title="Changed by somebody else meanwhile" role="alert">
      <div>
        <p>Nothing of yours was saved over it. Since you opened this:</p>
        <ul>
          {missed.map((entry) => (
            <li key={entry.event_id}>
              {entry.who.name || entry.who.subject}: {entry.summary}
              {entry.changes.map((change) => (
                <div key={change.field}>
                  {fieldWord(change.field)}: <s>{change.old || 'nothing'}</s> → {change.new || 'nothing'}
                </div>
              ))}
            </li>
          ))}
        </ul>
        <Anchor component="button" type="button" onClick={onLeave}>
          Close, look at it, and change it again
        </Anchor>
      </div>
    </Note>
  )
}

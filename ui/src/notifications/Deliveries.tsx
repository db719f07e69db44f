import { Button, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { asProblem } from '~/api/problem'
import type { Delivery } from '~/api/types'
import { useMayChange } from '~/app/Banners'
import { StateBadge } from '~/shared/StateBadge'
import { Empty, Loaded } from '~/shared/states'
import { withDates } from '~/shared/time'
import { say } from '~/shared/undo'
import { When } from '~/shared/When'
import { useDeliveries, useSendAgain } from './api'
import css from './Notifications.module.css'

const views: { value: Delivery['state'] | ''; label: string }[] = [
  { value: '', label: 'All' }, { value: 'queued', label: 'Waiting' }, { value: 'retrying', label: 'Trying again' }, { value: 'delivered', label: 'Delivered' }, { value: 'dead', label: 'Given up' },
]

const emptyWords: Record<string, [string, string]> & { '': [string, string] } = {
  '': ['No deliveries', 'A webhook rule makes one delivery for each event it fits.'],
  queued: ['Nothing waits', 'What is to be sent is sent at once.'],
  retrying: ['Nothing is tried again', 'A receiver that does not answer is tried again, for three days.'],
  dead: ['No dead letters', 'None was given up.'],
}

/** Webhooks on their way, arrived, and given up: a dead letter can be sent again by a person. */
export function Deliveries() {
  const [state, setState] = useState<Delivery['state'] | ''>('')
  const query = useDeliveries(state)
  const items = query.data?.pages.flatMap((page) => page.items) ?? []
  const none = emptyWords[state] ?? emptyWords['']
  const again = useSendAgain()
  const mayChange = useMayChange()
  const send = (id: string) =>
    again.mutate(id, {
      onSuccess: () => say('It is on its way again, with the same message id.'),
      onError: (error) => say(asProblem(error).message, 'bad'),
    })
  return (
    <section className="panel" aria-labelledby="deliveries">
      <div className="panel-head">
        <h2 id="deliveries">Webhook deliveries</h2>
        <SegmentedControl className={css.views} size="xs" value={state} onChange={(value) => setState(value as typeof state)} data={views} aria-label="Which deliveries" />
      </div>
      <Loaded query={query}>
        {() =>
          items.length === 0 ? (
            <Empty title={query.hasNextPage ? 'None among the newest' : none[0]}>{query.hasNextPage ? 'Older ones may be there.' : none[1]}</Empty>
          ) : (
            <div className="table-wrap" tabIndex={0} role="region" aria-label="Deliveries">
              <table className="table">
                <thead>
                  <tr><th scope="col">What</th><th scope="col" className="wide-only">To</th><th scope="col">State</th><th scope="col" className="wide-only">Tries</th><th scope="col" className="wide-only">Changed</th><th scope="col"><span className="visually-hidden">Actions</span></th></tr>
                </thead>
                <tbody>
                  {items.map((one) => (
                    <tr key={one.id}>
                      <td>{withDates(one.subject)}{one.last_failure && <div className="soft">{one.last_failure}</div>}</td>
                      <td className="mono wide-only">{one.url}</td>
                      <td><StateBadge state={one.state === 'queued' ? 'waiting' : one.state} />{one.next_attempt_at && <div className="soft">Next <When at={one.next_attempt_at} /></div>}</td>
                      <td className="wide-only">{one.attempts}</td>
                      <td className="soft wide-only"><When at={one.updated_at} /></td>
                      <td>{one.state === 'dead' && mayChange && <Button size="compact-sm" onClick={() => send(one.id)}>Send again</Button>}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )
        }
      </Loaded>
      {query.hasNextPage && <Button variant="default" size="xs" mt="sm" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>Show older</Button>}
    </section>
  )
}

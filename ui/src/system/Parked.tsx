import { Button } from '@mantine/core'
import { useState } from 'react'
import { asProblem } from '~/api/problem'
import type { ParkedEvent } from '~/api/types'
import { useMayChange } from '~/app/Banners'
import { FormDialog } from '~/shared/form/FormDialog'
import { Loaded } from '~/shared/states'
import { say } from '~/shared/undo'
import { useParked, useParkedAction } from './api'

/** Events a projection could not take. They wait with all that follows them, and can be tried again. */
export function Parked() {
  const query = useParked()
  const act = useParkedAction()
  const mayChange = useMayChange()
  const [skipping, setSkipping] = useState<ParkedEvent | null>(null)
  const retry = (id: string) =>
    act.mutate({ id, action: 'retry' }, { onSuccess: () => say('Tried again.'), onError: (error) => say(asProblem(error).message, 'bad') })
  return (
    <section className="panel" aria-labelledby="parked">
      <div className="panel-head"><h2 id="parked">Parked events</h2></div>
      <Loaded query={query} lines={1}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="soft" style={{ margin: 0 }}>None. Every event is in every projection.</p>
          ) : (
            <ul className="plain stack">
              {items.map((one) => (
                <li key={one.id} className="row-between">
                  <span style={{ minWidth: 0 }}>
                    <strong>{one.projection}</strong> <span className="mono">{one.stream}</span>
                    <div className="soft">{one.why}{one.events ? ` (${one.events} waiting)` : ''}</div>
                  </span>
                  {mayChange && (
                    <span className="row">
                      <Button size="compact-sm" onClick={() => retry(one.id)} aria-label={`Retry ${one.stream ?? one.id}`}>Retry</Button>
                      <Button size="compact-sm" variant="default" onClick={() => setSkipping(one)} aria-label={`Skip ${one.stream ?? one.id}`}>Skip</Button>
                    </span>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {skipping && (
        <FormDialog
          title="Skip what is parked"
          intro={`${skipping.projection} will never show it. The history keeps it.`}
          fields={[]}
          action="Skip"
          danger
          onClose={() => setSkipping(null)}
          send={async () => {
            await act.mutateAsync({ id: skipping.id, action: 'skip' })
            say('Skipped.')
          }}
        />
      )}
    </section>
  )
}

import { ActionIcon, Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { momentsQuery } from '~/api/history'
import type { Resource } from '~/api/keys'
import { useAsOf, useSetAsOf } from '~/api/moment'
import { useSystem } from '~/system/api'
import { Loading } from './states'
import { fullTime, withDates } from './time'
import css from './TimeSlider.module.css'
import { count } from './words'

export interface Moment {
  event_id: string
  recorded_at: string
  summary: string
}

/** Index of the last event at or before the moment; the newest when there is no moment. */
export function indexAt(moments: readonly Pick<Moment, 'recorded_at'>[], asOf: string | undefined): number {
  if (!asOf) return moments.length - 1
  const wanted = Date.parse(asOf)
  let found = -1
  moments.forEach((moment, index) => {
    // Equal text first: a browser's clock has milliseconds, the history microseconds.
    if (moment.recorded_at === asOf || Date.parse(moment.recorded_at) <= wanted) found = index
  })
  return found
}

/** Walks through a thing's past, event by event; the moment goes into the address. */
export function TimeSlider({ resource, id }: { resource: Exclude<Resource, 'notification-rules'>; id: string }) {
  const asOf = useAsOf()
  const setAsOf = useSetAsOf()
  const until = useSystem().data?.until
  const newest = until ? `The end of the copy, ${fullTime(until)}` : 'Now'
  const { data: moments = [], isPending } = useQuery(momentsQuery(resource, id))
  const last = moments.length - 1
  const current = Math.max(0, indexAt(moments, asOf))
  const [held, setHeld] = useState(current)
  useEffect(() => setHeld(current), [current])
  if (isPending) return <Loading lines={2} label="Loading its past" />
  if (moments.length < 2) return <p className="soft" style={{ margin: 0 }}>Nothing has changed since it was made.</p>
  const shown = moments[Math.min(held, last)]
  const goTo = (index: number) => {
    const bounded = Math.max(0, Math.min(last, index))
    setHeld(bounded)
    setAsOf(bounded === last ? undefined : moments[bounded]?.recorded_at)
  }
  return (
    <div className={css.box}>
      <div className={css.line}>
        <ActionIcon variant="default" aria-label="One step back in time" onClick={() => goTo(held - 1)} disabled={held === 0}>
          ‹
        </ActionIcon>
        <input
          type="range"
          className={css.range}
          style={{ flex: 1, width: 'auto' }}
          min={0}
          max={last}
          value={held}
          aria-label="Moment in time"
          aria-valuetext={held === last ? newest : shown ? `${fullTime(shown.recorded_at)}: ${shown.summary}` : ''}
          onChange={(event) => goTo(Number(event.currentTarget.value))}
        />
        <ActionIcon variant="default" aria-label="One step forward in time" onClick={() => goTo(held + 1)} disabled={held === last}>
          ›
        </ActionIcon>
      </div>
      <div className={css.line}>
        <span className={css.words}>
          {held === last ? (
            <span className="soft">{newest}. Pull the slider to see the past: {count(last, 'step')}.</span>
          ) : (
            shown && (
              <>
                <strong>{fullTime(shown.recorded_at)}</strong> <span className="soft">after “{withDates(shown.summary)}”</span>
              </>
            )
          )}
        </span>
        {asOf && (
          <Button size="compact-sm" variant="light" onClick={() => setAsOf(undefined)}>
            {until ? 'Back to the end' : 'Back to now'}
          </Button>
        )}
      </div>
    </div>
  )
}

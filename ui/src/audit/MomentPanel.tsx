import { Button, TextInput } from '@mantine/core'
import { useState, type FormEvent } from 'react'
import { useAsOf, useSetAsOf } from '~/api/moment'
import { fromLocalInput, fullTime, toLocalInput } from '~/shared/time'
import { useSystem } from '~/system/api'

/** Sends the whole page to a past moment. */
export function MomentPanel() {
  const asOf = useAsOf()
  const setAsOf = useSetAsOf()
  const until = useSystem().data?.until
  const [wanted, setWanted] = useState(asOf ? toLocalInput(asOf) : '')
  const [problem, setProblem] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const moment = fromLocalInput(wanted)
    if (moment === '') return setProblem('Say a day and a time.')
    if (Date.parse(moment) > Date.now()) return setProblem('This moment is still to come.')
    if (until && Date.parse(moment) > Date.parse(until)) return setProblem(`This copy ends at ${fullTime(until)}.`)
    setProblem('')
    void setAsOf(moment)
  }
  return (
    <form className="panel stack" onSubmit={submit} aria-labelledby="moment" noValidate>
      <h2 id="moment">See the whole lab as it was</h2>
      <div className="row" style={{ alignItems: 'flex-end' }}>
        <TextInput type="datetime-local" step={1} label="Moment" value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} error={problem || undefined} style={{ flex: '1 1 12rem' }} />
        <Button type="submit" variant="default">Go there</Button>
        {asOf && <Button onClick={() => void setAsOf(undefined)}>{until ? 'Back to the end of the copy' : 'Back to now'}</Button>}
      </div>
    </form>
  )
}

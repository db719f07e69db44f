import { Button, Textarea, TextInput } from '@mantine/core'
import { useRef, useState, type FormEvent } from 'react'
import { asProblem } from '~/api/problem'
import type { Run } from '~/api/types'
import { useScanner } from '~/scan/useScanner'
import { Note } from '~/shared/states'
import { offerUndo } from '~/shared/undo'
import { count } from '~/shared/words'
import { useRunCommands } from './api'
import { lineOf, parseAssignments, type Assignment } from './assignment'

interface Refused extends Assignment {
  why: string
}

/** Puts samples on a lane: scan anywhere on the page, or paste a list. What is refused stays to be mended. */
export function AssignPanel({ run, lane }: { run: Run; lane: number }) {
  const { verb } = useRunCommands()
  const [pasted, setPasted] = useState('')
  const [override, setOverride] = useState('')
  const [refused, setRefused] = useState<Refused[]>([])
  const [done, setDone] = useState<{ put: number; of: number } | null>(null)
  const [busy, setBusy] = useState(false)
  /** Tubes are scanned faster than a slow network takes them: one after another, and none is left out. */
  const line = useRef<Promise<unknown>>(Promise.resolve())
  const put = async (list: Assignment[]): Promise<Refused[]> => {
    const failed: Refused[] = []
    const taken: { sample: string; lane: number }[] = []
    for (const [index, one] of list.entries()) {
      try {
        await verb(run.id, 'assign', { lane, ...one, ...(override.trim() ? { override_reason: override.trim() } : {}) })
        taken.push({ sample: one.sample, lane: one.lane ?? lane })
      } catch (error) {
        const problem = asProblem(error)
        failed.push({ ...one, why: [problem.message, ...problem.fields.map((field) => field.detail).filter((text) => text !== problem.message)].join(' ') })
      }
      setDone({ put: index + 1 - failed.length, of: list.length })
    }
    if (taken.length > 0)
      offerUndo(taken.length === 1 ? `${taken[0]?.sample} is on lane ${taken[0]?.lane}.` : `${count(taken.length, 'sample')} are on the run.`, async () => {
        for (const one of taken) await verb(run.id, 'remove', one)
      })
    setRefused(failed)
    return failed
  }
  const inLine = (work: () => Promise<void>) => {
    line.current = line.current.then(work)
  }
  useScanner((label) =>
    inLine(async () => {
      // What is typed stays: a refused label joins it.
      const failed = await put([{ sample: label }])
      if (failed.length > 0) setPasted((typed) => [...new Set([...typed.split('\n').filter(Boolean), label])].join('\n'))
    }),
  )
  const list = parseAssignments(pasted)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (busy) return
    setBusy(true)
    inLine(async () => {
      const failed = await put(list)
      setPasted(failed.map(lineOf).join('\n'))
      setBusy(false)
    })
  }
  return (
    <form className="panel stack" onSubmit={submit} aria-label="Put samples on a lane">
      <h2>Put samples on lane {lane}</h2>
      <Textarea
        label="Labels, one per line"
        description="Scan them, or paste columns: label, i7, i5. A lane number may stand in front."
        value={pasted}
        onChange={(event) => setPasted(event.currentTarget.value)}
        readOnly={busy}
        autosize
        minRows={4}
        maxRows={12}
        data-scan-field
      />
      {(refused.length > 0 || override) && (
        <TextInput label="Take them all the same, because" description="Only for samples that are not accepted; the reason stays in the history." value={override} onChange={(event) => setOverride(event.currentTarget.value)} />
      )}
      <Button type="submit" disabled={list.length === 0} loading={busy}>{list.length === 0 ? 'Put samples on' : `Put ${count(list.length, 'sample')} on`}</Button>
      {done && <span className="soft" role="status">{done.put} of {done.of} put on.</span>}
      {refused.length > 0 && (
        <Note tone="bad" title={`${count(refused.length, 'sample')} not put on`}>
          <ul>{refused.map((one) => <li key={lineOf(one)}><span className="mono">{one.sample}</span>: {one.why}</li>)}</ul>
        </Note>
      )}
    </form>
  )
}

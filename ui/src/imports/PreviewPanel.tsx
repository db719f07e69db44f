import { Button, Checkbox, NativeSelect, NumberInput } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem, type Problem } from '~/api/problem'
import type { Preview } from '~/api/types'
import { randomUuid } from '~/api/uuid'
import { Note, ProblemNote } from '~/shared/states'
import { Tag } from '~/shared/StateBadge'
import { fullTime } from '~/shared/time'
import { count } from '~/shared/words'
import { useCommitImport } from './api'
import { Convention } from './Convention'
import { problemsOfSheet } from './grid'
import { correctColumn, correctHeader, correctSheet, type Mapping } from './mapping'
import { PreviewGrid } from './PreviewGrid'
import { ProblemList } from './ProblemList'

interface Props {
  preview: Preview
  mapping: Mapping
  busy: boolean
  onMapping: (mapping: Mapping) => void
  onLeave: () => void
}

export function PreviewPanel({ preview, mapping, busy, onMapping, onLeave }: Props) {
  const navigate = useNavigate()
  const commit = useCommitImport()
  const [onlyErrors, setOnlyErrors] = useState(false)
  const [force, setForce] = useState(false)
  const [sending, setSending] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  // One key for this preview: a second press after a lost answer cannot import twice.
  const [key] = useState(randomUuid)
  const { counts, earlier } = preview
  const send = async () => {
    setSending(true)
    setProblem(null)
    try {
      const started = await commit(preview, force, key)
      await navigate({ to: '/imports/$id', params: { id: started.id } })
    } catch (error) {
      setProblem(asProblem(error))
      setSending(false)
    }
  }
  const whole = problemsOfSheet(preview)
  const ready = preview.can_commit && (!earlier || force)
  return (
    <section className="stack" aria-label="Preview" aria-busy={busy}>
      <div className="panel stack">
        <div className="row-between">
          <h2 style={{ margin: 0, overflowWrap: 'anywhere' }}>{preview.file_name}</h2>
          <span className="row">
            <Button variant="default" onClick={onLeave}>Another file</Button>
            <Button onClick={() => void send()} loading={sending} disabled={!ready || busy}>Import {count(counts.good, 'sample')}</Button>
          </span>
        </div>
        <div className="row">
          <Tag tone="calm">{preview.kind.replaceAll('_', ' ')}</Tag>
          <Tag tone="neutral">{count(counts.rows, 'row')}</Tag>
          <Tag tone={counts.good > 0 ? 'good' : 'neutral'}>{counts.good.toLocaleString('en')} good</Tag>
          {counts.bad > 0 && <Tag tone="bad">{counts.bad.toLocaleString('en')} to mend</Tag>}
        </div>
        {preview.understood.length > 0 && (
          <ul style={{ margin: 0, paddingLeft: '1.2rem' }} className="soft" aria-label="How the sheet was understood">
            {[...preview.understood, ...preview.notes].map((line) => <li key={line}>{line}</li>)}
          </ul>
        )}
        {earlier && (
          <Note tone="warn" title="This very file was imported before">
            <p>
              <Link to="/imports/$id" params={{ id: earlier.id }}>{count(earlier.rows, 'row')} on {fullTime(earlier.at)} by {earlier.by}</Link>. Importing again makes the same samples a second time.
            </p>
            <Checkbox mt="xs" label="Import it again all the same" checked={force} onChange={(event) => setForce(event.currentTarget.checked)} />
          </Note>
        )}
        {whole.length > 0 && (
          <Note tone="bad" role="status" title="This sheet cannot be imported yet">
            <ul>{whole.map((one) => <li key={one.code + one.detail}>{one.detail} <span>{one.suggestion}</span></li>)}</ul>
          </Note>
        )}
        {counts.bad > 0 && whole.length === 0 && (
          <Note tone="bad" role="status" title={`${count(counts.bad, 'row')} cannot be imported yet`}>
            An import is all or nothing. Mend the marked cells in the file and drop it again, or say below what a column means.
          </Note>
        )}
        {problem && <ProblemNote error={problem} />}
      </div>
      <div className="panel stack">
        <div className="row-between">
          <Checkbox label={`Only rows with errors (${preview.rows.filter((row) => (row.problems ?? []).length > 0).length})`} checked={onlyErrors} onChange={(event) => setOnlyErrors(event.currentTarget.checked)} />
          <span className="row" style={{ alignItems: 'end' }}>
            <Convention preview={preview} mapping={mapping} onMapping={onMapping} />
            {preview.sheets && preview.sheets.length > 1 && (
              <NativeSelect
                size="xs"
                label="Sheet of the workbook"
                value={preview.sheet}
                onChange={(event) => onMapping(correctSheet(event.currentTarget.value))}
                data={preview.sheets.map((sheet) => ({ value: sheet.name, label: `${sheet.name}${sheet.hidden ? ' (hidden)' : ''}` }))}
              />
            )}
            <HeaderRow key={`${preview.header_row}`} row={mapping.header_row} found={preview.header_row} onRow={(row) => onMapping(correctHeader(mapping, row))} />
          </span>
        </div>
        <PreviewGrid preview={preview} chosen={mapping.columns} onlyErrors={onlyErrors} onColumn={(letter, field) => onMapping(correctColumn(mapping, letter, field))} />
        {counts.rows > preview.rows.length && <p className="soft" style={{ margin: 0 }}>The first {preview.rows.length} of {count(counts.rows, 'row')} are shown. Every error is listed below.</p>}
        <ProblemList preview={preview} />
      </div>
    </section>
  )
}

function HeaderRow({ row, found, onRow }: { row?: number; found?: number; onRow: (row: number | undefined) => void }) {
  const [typed, setTyped] = useState<number | ''>(row ?? '')
  const settle = () => {
    const wanted = typed === '' ? undefined : typed
    if (wanted !== row) onRow(wanted)
  }
  return (
    <NumberInput
      label="Header stands in row"
      placeholder={found ? `${found}, as found` : 'as found'}
      value={typed}
      onChange={(value) => setTyped(value === '' ? '' : Number(value))}
      onBlur={settle}
      onKeyDown={(event) => event.key === 'Enter' && settle()}
      min={1}
      w={150}
      size="xs"
    />
  )
}

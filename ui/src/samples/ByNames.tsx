import { Button, Textarea } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, unwrap } from '~/api/client'
import { momentQuery, useAsOf } from '~/api/moment'
import type { Sample } from '~/api/types'
import { Note } from '~/shared/states'
import { StateBadge } from '~/shared/StateBadge'
import { count } from '~/shared/words'
import { names_max, parseNames } from './names'

/** A label first, as it names one thing; then samples of exactly that name. */
async function lookUp(name: string, asOf?: string): Promise<Sample[]> {
  const byName = await unwrap(api.GET('/samples', { params: { query: { q: name, limit: 20, ...momentQuery(asOf) } } }))
  return byName.items.filter(
    (sample) => [sample.name, sample.barcode, sample.id, ...(sample.aliases ?? [])].some((one) => one.toLowerCase() === name.toLowerCase()),
  )
}

export function ByNames({ start, onList }: { start: string; onList: (names: string) => void }) {
  const asOf = useAsOf()
  const [typed, setTyped] = useState(start)
  const wanted = parseNames(start).slice(0, names_max)
  const answers = useQueries({
    queries: wanted.map((name) => ({
      queryKey: ['samples', 'named', name, asOf ?? 'now'],
      queryFn: () => lookUp(name, asOf),
    })),
  })
  const done = answers.filter((answer) => answer.data).length
  const missing = wanted.filter((_, index) => answers[index]?.data?.length === 0)
  return (
    <section className="panel stack" aria-label="Select by names">
      <Textarea
        label="Names or labels, one per line"
        description="Paste a column from a sheet, or scan tube after tube."
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        autosize
        minRows={3}
        maxRows={10}
        data-scan-field
        data-autofocus
      />
      <div className="row">
        <Button onClick={() => onList(parseNames(typed).join('\n'))} disabled={parseNames(typed).length === 0}>
          Find {count(parseNames(typed).length, 'sample')}
        </Button>
        {wanted.length > 0 && (
          <Button variant="subtle" onClick={() => { setTyped(''); onList('') }}>
            Clear
          </Button>
        )}
        {done < wanted.length && <span className="soft" role="status">Found {done} of {wanted.length}…</span>}
      </div>
      {missing.length > 0 && done === wanted.length && (
        <Note tone="warn" role="status" title={`${count(missing.length, 'name')} not found`}>
          {missing.join(', ')}
        </Note>
      )}
      {wanted.length > 0 && (
        <div className="table-wrap">
          <table className="table">
            <thead>
              <tr><th scope="col">Asked for</th><th scope="col">Sample</th><th scope="col">State</th><th scope="col">Place</th></tr>
            </thead>
            <tbody>
              {wanted.map((name, index) =>
                (answers[index]?.data ?? []).map((sample) => (
                  <tr key={`${name}/${sample.id}`}>
                    <td className="mono">{name}</td>
                    <td><Link to="/samples/$id" params={{ id: sample.id }}>{sample.name}</Link></td>
                    <td><StateBadge state={sample.state} /></td>
                    <td>{sample.place ? `${sample.place.unit_label} ${sample.place.slot}` : <span className="soft">Not in storage</span>}</td>
                  </tr>
                )),
              )}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

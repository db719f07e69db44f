import type { Sample } from '~/api/types'
import { useMayChange } from '~/app/Banners'
import { dateWords } from '~/shared/time'
import { fieldWord, temperatureWord } from '~/shared/words'

const amount = (value: number | null | undefined, unit: string) =>
  value === null || value === undefined ? '' : `${value.toLocaleString('en', { maximumFractionDigits: 3 })} ${unit}`

/** Only what is known: an empty field is left out, not shown as a dash. */
export function factsOf(sample: Sample): [string, string][] {
  const all: [string, string | null | undefined][] = [
    ['Type', sample.type?.replaceAll('_', ' ')],
    ['Project', sample.project],
    ['Submission', sample.submission],
    ['Organism', [sample.organism, sample.taxon_id ? `(taxon ${sample.taxon_id})` : ''].filter(Boolean).join(' ')],
    ['Donor', sample.donor ?? sample.donor_state],
    ['Concentration', amount(sample.concentration_ng_per_ul, 'ng/µl')],
    ['Volume', amount(sample.volume_ul, 'µl')],
    ['Amount', amount(sample.amount_ng, 'ng')],
    ['Collected', sample.collected_at && dateWords(sample.collected_at)],
    ['Collected where', sample.collected_where],
    ['Collected by', sample.collected_by],
    ['Received', sample.received_at && dateWords(sample.received_at)],
    ['Keep at', sample.requires_temperature.map(temperatureWord).join(', ')],
    ['Other labels', sample.aliases?.join(', ')],
    ...Object.entries(sample.custom ?? {}).map(([name, value]): [string, string] => [fieldWord(name), value]),
    ['Notes', sample.notes],
  ]
  return all.flatMap(([name, value]) => (value ? [[name, value]] : []))
}

export function SampleFacts({ sample }: { sample: Sample }) {
  const mayChange = useMayChange()
  const facts = factsOf(sample)
  if (facts.length === 0) return <p className="soft">Nothing but the name is known yet.{mayChange && ' “Correct the facts” adds the rest.'}</p>
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

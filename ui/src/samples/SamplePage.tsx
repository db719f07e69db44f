import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useMayChange } from '~/app/Banners'
import { stillShown, useAsOf } from '~/api/moment'
import type { Sample } from '~/api/types'
import { Page } from '~/shared/Page'
import { StateBadge, Tag } from '~/shared/StateBadge'
import { Loaded, Note } from '~/shared/states'
import { TimeSlider } from '~/shared/TimeSlider'
import { Timeline } from '~/shared/Timeline'
import { fullTime } from '~/shared/time'
import { MiniMap } from '~/storage/MiniMap'
import { sampleQuery } from './api'
import { SampleFacts } from './SampleFacts'
import { VerbButtons } from './VerbButtons'
import { mayPlace } from './verbs'

export default function SamplePage() {
  const { id } = useParams({ from: '/samples/$id' })
  const asOf = useAsOf()
  const query = useQuery({ ...sampleQuery(id, asOf), placeholderData: stillShown(id, asOf) })
  return <Loaded whole query={query} lines={8}>{(sample) => <Detail sample={sample} asOf={asOf} key={sample.id} />}</Loaded>
}

function Detail({ sample, asOf }: { sample: Sample; asOf?: string }) {
  const mayChange = useMayChange()
  return (
    <Page
      title={sample.name}
      trail={[<Link to="/samples">Samples</Link>]}
      under={
        <>
          <span className="mono">{sample.barcode}</span>
          <StateBadge state={sample.state} />
          {sample.checked_out && <Tag tone="warn">Out: {sample.checked_out.purpose}</Tag>}
          {sample.project && <span>Project {sample.project}</span>}
        </>
      }
      actions={mayChange && <VerbButtons sample={sample} />}
    >
      <div className="split">
        <div className="stack">
          {sample.state_reason && (
            <Note tone={sample.state === 'rejected' ? 'bad' : 'warn'} role="status" title="Why">
              {sample.state_reason}
            </Note>
          )}
          <section className="panel" aria-labelledby="facts">
            <div className="panel-head">
              <h2 id="facts">Facts</h2>
            </div>
            <SampleFacts sample={sample} />
          </section>
          <section className="panel last" aria-labelledby="history">
            <div className="panel-head">
              <h2 id="history">History</h2>
            </div>
            <Timeline resource="samples" id={sample.id} asOf={asOf} />
          </section>
        </div>
        <div className="stack">
          <section className="panel" aria-labelledby="place">
            <div className="panel-head">
              <h2 id="place">Place</h2>
            </div>
            <Whereabouts sample={sample} />
          </section>
          <section className="panel" aria-labelledby="time">
            <div className="panel-head">
              <h2 id="time">Look back</h2>
            </div>
            <TimeSlider resource="samples" id={sample.id} />
          </section>
        </div>
      </div>
    </Page>
  )
}

function Whereabouts({ sample }: { sample: Sample }) {
  const mayPlaceHere = useMayChange() && mayPlace(sample)
  const { place, checked_out: out } = sample
  if (place) return <MiniMap place={place} label={sample.name} />
  if (out)
    return (
      <p style={{ margin: 0 }}>
        Out for <strong>{out.purpose}</strong>, taken by {out.by}.
        {out.due_at && <> Due back {fullTime(out.due_at)}.</>}
      </p>
    )
  return <p className="soft" style={{ margin: 0 }}>Not in storage.{mayPlaceHere && ' “Place” puts it into a box, by hand or by scan.'}</p>
}

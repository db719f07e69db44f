import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { stillShown, useAsOf } from '~/api/moment'
import { useMayChange } from '~/app/Banners'
import type { StorageMap } from '~/api/types'
import { FillBar } from '~/shared/FillBar'
import { Page } from '~/shared/Page'
import { StateBadge } from '~/shared/StateBadge'
import { Loaded, Note } from '~/shared/states'
import { TimeSlider } from '~/shared/TimeSlider'
import { Timeline } from '~/shared/Timeline'
import { kindWord, temperatureWord } from '~/shared/words'
import { mapQuery, unitsQuery } from './api'
import { BoxView } from './BoxView'
import { Inside } from './Inside'
import { LeftList } from './LeftList'
import { UnitActions } from './UnitActions'

export default function UnitPage() {
  const { id } = useParams({ from: '/storage/$id' })
  const asOf = useAsOf()
  const query = useQuery({ ...mapQuery(id, asOf), placeholderData: stillShown(id, asOf) })
  return <Loaded whole query={query} lines={8}>{(map) => <Detail map={map} asOf={asOf} key={map.unit.id} />}</Loaded>
}

function Detail({ map, asOf }: { map: StorageMap; asOf?: string }) {
  const { unit } = map
  const mayChange = useMayChange()
  const children = useQuery(unitsQuery(unit.id, asOf))
  const above = unit.path.filter((step) => step.id !== unit.id)
  const gridded = map.rows > 0 && map.columns > 0
  return (
    <Page
      title={unit.name}
      trail={[<Link to="/storage">Storage</Link>, ...above.map((step) => <Link key={step.id} to="/storage/$id" params={{ id: step.id }}>{step.label}</Link>)]}
      under={
        <>
          <span>{kindWord(unit.kind)}</span>
          {unit.barcode && <span className="mono">{unit.barcode}</span>}
          {temperatureWord(unit.temperature) && <span>{temperatureWord(unit.temperature)}</span>}
          {unit.state !== 'available' && <StateBadge state={unit.state} />}
          <span style={{ width: '15rem' }}><FillBar used={unit.used} capacity={unit.capacity} label={unit.name} /></span>
        </>
      }
      actions={mayChange && <UnitActions unit={unit} siblings={children.data?.map((one) => one.name) ?? []} />}
    >
      <div className="stack">
        {unit.state !== 'available' && (
          <Note tone="warn" role="status" title={unit.state === 'retired' ? 'Retired' : 'In maintenance: nothing can be put in'}>
            {unit.state_reason}
          </Note>
        )}
        {gridded ? (
          <BoxView map={map} />
        ) : (
          <div className="split">
            <Inside map={map} units={children} />
            <div className="stack">
              <section className="panel" aria-labelledby="time">
                <div className="panel-head"><h2 id="time">Look back</h2></div>
                <TimeSlider resource="storage-units" id={unit.id} />
              </section>
              <section className="panel" aria-labelledby="left">
                <div className="panel-head"><h2 id="left">What left it</h2></div>
                <LeftList left={map.left} />
              </section>
            </div>
          </div>
        )}
        <section className="panel" aria-labelledby="history">
          <div className="panel-head"><h2 id="history">History</h2></div>
          <Timeline resource="storage-units" id={unit.id} asOf={asOf} />
        </section>
      </div>
    </Page>
  )
}

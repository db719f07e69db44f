import { Page } from '~/shared/Page'
import { useSystem } from '~/system/api'
import { EventBrowser } from './EventBrowser'
import { LatestOfCopy } from './LatestOfCopy'
import { MomentPanel } from './MomentPanel'
import { VerifyPanel } from './VerifyPanel'

export default function AuditPage() {
  const known = useSystem().data
  return (
    <Page title="Audit">
      <div className="stack">
        <div className="cards" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 22rem), 1fr))' }}>
          <VerifyPanel />
          <MomentPanel />
        </div>
        {known && (known.until ? <LatestOfCopy /> : <EventBrowser />)}
      </div>
    </Page>
  )
}

import { Page } from '~/shared/Page'
import { EventBrowser } from './EventBrowser'
import { MomentPanel } from './MomentPanel'
import { VerifyPanel } from './VerifyPanel'

export default function AuditPage() {
  return (
    <Page title="Audit">
      <div className="stack">
        <div className="cards" style={{ gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 22rem), 1fr))' }}>
          <VerifyPanel />
          <MomentPanel />
        </div>
        <EventBrowser />
      </div>
    </Page>
  )
}

import { Link } from '@tanstack/react-router'
import type { Lab } from '~/api/types'
import { StateBadge } from '~/shared/StateBadge'
import css from './Home.module.css'

const sampleOrder = ['registered', 'received', 'accepted', 'in_storage', 'in_process', 'on_hold', 'completed', 'rejected', 'archived', 'discarded', 'consumed']
const runOrder = ['draft', 'validated', 'queued', 'running', 'on_hold', 'completed', 'failed', 'aborted']

/** States in the order of the work, each a way into its list. Empty ones are left out. */
export function Counts({ lab }: { lab: Lab }) {
  const samples = sampleOrder.filter((state) => lab.samples_by_state[state])
  const runs = runOrder.filter((state) => lab.runs_by_state[state])
  return (
    <>
      {samples.length > 0 && (
        <section aria-labelledby="samples-now" className="stack" style={{ gap: '0.5rem' }}>
          <h2 id="samples-now" className="section-title">Samples</h2>
          <div className={css.tiles}>
            {samples.map((state) => (
              <Link key={state} to="/samples" search={(before) => ({ ...before, state })} className={css.tile}>
                <span className={css.number}>{lab.samples_by_state[state]?.toLocaleString('en')}</span>
                <span><StateBadge state={state} /></span>
              </Link>
            ))}
          </div>
        </section>
      )}
      {runs.length > 0 && (
        <section aria-labelledby="runs-now" className="stack" style={{ gap: '0.5rem' }}>
          <h2 id="runs-now" className="section-title">Runs</h2>
          <div className={css.tiles}>
            {runs.map((state) => (
              <Link key={state} to="/runs" search={(before) => ({ ...before, state })} className={css.tile}>
                <span className={css.number}>{lab.runs_by_state[state]?.toLocaleString('en')}</span>
                <span><StateBadge state={state} /></span>
              </Link>
            ))}
          </div>
        </section>
      )}
    </>
  )
}

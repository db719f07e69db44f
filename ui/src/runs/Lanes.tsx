import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { asProblem } from '~/api/problem'
import type { LaneSample, Run } from '~/api/types'
import { offerUndo, say } from '~/shared/undo'
import { count } from '~/shared/words'
import { useRunCommands } from './api'
import css from './Lanes.module.css'

interface Props {
  run: Run
  chosen: number
  onChoose: (lane: number) => void
  mayChange: boolean
}

/** Each lane with what is on it. The chosen one takes what is scanned or pasted. */
export function Lanes({ run, chosen, onChoose, mayChange }: Props) {
  const { verb } = useRunCommands()
  const remove = (one: LaneSample) =>
    void verb(run.id, 'remove', { sample: one.sample_id, lane: one.lane }).then(
      () =>
        offerUndo(`${one.sample_label} is off lane ${one.lane}.`, () =>
          verb(run.id, 'assign', {
            sample: one.sample_id, lane: one.lane, reason: 'Undone: it was a slip',
            ...(one.index_i7 ? { index_i7: one.index_i7 } : {}), ...(one.index_i5 ? { index_i5: one.index_i5 } : {}),
            ...(one.override_reason ? { override_reason: one.override_reason } : {}),
          }),
        ),
      (error: unknown) => say(asProblem(error).message, 'bad'),
    )
  return (
    <div className={css.lanes}>
      {Array.from({ length: run.lanes }, (_, index) => index + 1).map((lane) => {
        const on = run.lane_samples.filter((one) => one.lane === lane)
        return (
          <section key={lane} className={css.lane} aria-label={`Lane ${lane}`}>
            <div className={css.head} data-chosen={mayChange && lane === chosen}>
              <span>Lane {lane} <span className="soft">· {count(on.length, 'sample')}</span></span>
              {mayChange && run.lanes > 1 && (
                <Button size="compact-sm" variant={lane === chosen ? 'filled' : 'default'} aria-pressed={lane === chosen} onClick={() => onChoose(lane)}>
                  {lane === chosen ? 'Takes scans' : 'Scan here'}
                </Button>
              )}
            </div>
            {on.length === 0 ? (
              <p className={css.empty}>Empty.</p>
            ) : (
              <div className="table-wrap" tabIndex={0} role="region" aria-label={`Samples on lane ${lane}`}>
                <table className="table">
                  <thead>
                    <tr><th scope="col">Sample</th><th scope="col">i7</th><th scope="col">i5</th><th scope="col"><span className="visually-hidden">Actions</span></th></tr>
                  </thead>
                  <tbody>
                    {on.map((one) => (
                      <tr key={one.sample_id}>
                        <td>
                          <Link to="/samples/$id" params={{ id: one.sample_id }}>{one.sample_label}</Link>
                          {one.override_reason && <div className="soft">On the run all the same: {one.override_reason}</div>}
                        </td>
                        <td className="mono">{one.index_i7 || <span className="soft">without an index</span>}</td>
                        <td className="mono">{one.index_i5}</td>
                        <td style={{ textAlign: 'right' }}>
                          {mayChange && <Button size="compact-sm" variant="subtle" color="gray" onClick={() => remove(one)} aria-label={`Take off: ${one.sample_label}`}>Take off</Button>}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            )}
          </section>
        )
      })}
    </div>
  )
}

import { Button } from '@mantine/core'
import { useAsOf, useSetAsOf } from '~/api/moment'
import { fullTime } from '~/shared/time'
import { useSystem } from '~/system/api'
import css from './Shell.module.css'

export function Banners() {
  const asOf = useAsOf()
  const setAsOf = useSetAsOf()
  const readOnly = useSystem().data?.read_only
  return (
    <>
      {asOf && (
        <div className={`${css.banner} ${css.past}`} role="status">
          <span>
            <strong>Read-only past.</strong> Everything is shown as it was at {fullTime(asOf)}.
          </span>
          <Button size="compact-sm" variant="default" onClick={() => setAsOf(undefined)}>
            Back to now
          </Button>
        </div>
      )}
      {readOnly && (
        <div className={`${css.banner} ${css.readonly}`} role="status">
          <span>
            <strong>Read-only.</strong> This node shows a history and takes no changes.
          </span>
        </div>
      )}
    </>
  )
}

/** Whether the page may offer changes at all: not in the past, not on a read-only node, not before it is known. */
export function useMayChange(): boolean {
  const asOf = useAsOf()
  const system = useSystem()
  return asOf === undefined && system.data?.read_only === false
}

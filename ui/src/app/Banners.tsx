import { Button } from '@mantine/core'
import { useLocation } from '@tanstack/react-router'
import { useAsOf, useSetAsOf } from '~/api/moment'
import { fullTime } from '~/shared/time'
import { useSystem } from '~/system/api'
import css from './Shell.module.css'

/** What is kept of the present alone: messages and rules, the history itself, the state of the node. */
const ofThePresent = new Set(['/notifications', '/audit', '/system'])

export function Banners() {
  const asOf = useAsOf()
  const setAsOf = useSetAsOf()
  const system = useSystem().data
  const present = useLocation({ select: ({ pathname }) => ofThePresent.has(pathname) })
  return (
    <>
      {asOf && (
        <div className={`${css.banner} ${css.past}`} role="status">
          <span>
            <strong>Read-only past.</strong> {present ? `This page shows the present; the others show the lab as it was at ${fullTime(asOf)}.` : `Everything is shown as it was at ${fullTime(asOf)}.`}
          </span>
          <Button size="compact-sm" variant="default" onClick={() => setAsOf(undefined)}>
            {system?.until ? 'Back to the end of the copy' : 'Back to now'}
          </Button>
        </div>
      )}
      {system?.read_only && (
        <div className={`${css.banner} ${css.readonly}`} role="status">
          <span>
            <strong>Read-only.</strong>{' '}
            {system.until
              ? `This is the history as it was at ${fullTime(system.until)}. It is a copy, and takes no changes.`
              : 'This node shows a history and takes no changes.'}
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

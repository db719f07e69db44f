import { Button } from '@mantine/core'
import { useLocation } from '@tanstack/react-router'
import { useAsOf, useSetAsOf } from '~/api/moment'
import { asProblem } from '~/api/problem'
import { useCluster } from '~/cluster/api'
import { pageOf } from '~/cluster/nodes'
import { useLiveStatus } from '~/live/status'
import { fullTime } from '~/shared/time'
import { useSystem } from '~/system/api'
import css from './Shell.module.css'

/** What is kept of the present alone: messages and rules, the history itself, the state of the node. */
const ofThePresent = new Set(['/notifications', '/audit', '/system', '/cluster'])

export function Banners() {
  const asOf = useAsOf()
  const setAsOf = useSetAsOf()
  const system = useSystem().data
  const present = useLocation({ select: ({ pathname }) => ofThePresent.has(pathname) })
  return (
    <>
      <NodeAway />
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

const askedAgain_ms = 2000
/** The node that this page is from went away: which one it was, and where the same page is. */
function NodeAway() {
  const stale = useLiveStatus() === 'stale'
  const { data: view, error } = useCluster({ every_ms: stale ? askedAgain_ms : undefined })
  const here = useLocation({ select: ({ pathname, searchStr }) => pathname + searchStr })
  // Without a network of its own the browser knows nothing of the node.
  if (!stale || !view?.clustered || !error || asProblem(error).status !== 0 || !navigator.onLine) return null
  const others = view.nodes.filter((node) => node.name !== view.node && node.state === 'reachable' && !node.leaving && node.ready)
  return (
    <div className={`${css.banner} ${css.away}`} role="status">
      <span>
        <strong>{view.node} does not answer.</strong> What you see may be old, and nothing can be saved here.
        {others.length > 0 && ' Go on at another node, with the same token: '}
        {others.map((node, index) => {
          const page = pageOf(node, window.location)
          return <span key={node.boot_id}>{index > 0 && ', '}{page ? <a href={page + here}>{node.name}</a> : `${node.name} (${node.http})`}</span>
        })}
        {others.length > 0 && '.'}
      </span>
    </div>
  )
}

/** Whether the page may offer changes at all: not in the past, not on a read-only node, not before it is known. */
export function useMayChange(): boolean {
  const asOf = useAsOf()
  const system = useSystem()
  return asOf === undefined && system.data?.read_only === false
}

import { useMemo } from 'react'
import type { Cluster } from '~/api/types'
import { Page } from '~/shared/Page'
import { Tag } from '~/shared/StateBadge'
import { Loaded, Note } from '~/shared/states'
import { shortTime } from '~/shared/time'
import { count } from '~/shared/words'
import { Alone } from './Alone'
import { useCluster } from './api'
import css from './Cluster.module.css'
import { marksFor } from './nodes'
import { NodesTable } from './NodesTable'
import { PartitionMap } from './PartitionMap'
import { PartitionsTable } from './PartitionsTable'
import { tintsFor } from './tints'
import { troublesOf } from './troubles'
import { useFollowed } from './useFollowed'
import { useNow } from './useNow'

const every_ms = 1000
/** Three answers that did not come. */
const old_ms = 3500
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

export default function ClusterPage() {
  const query = useCluster({ every_ms })
  const now = useNow()
  const old = query.data !== undefined && now - query.dataUpdatedAt > old_ms
  return (
    <Page title="Cluster" under={query.data && <Freshness view={query.data} old={old} at={query.dataUpdatedAt} />}>
      <Loaded query={query} lines={8}>{(view) => <Overview view={view} now={now} old={old} at={query.dataUpdatedAt} />}</Loaded>
    </Page>
  )
}

function Freshness({ view, old, at }: { view: Cluster; old: boolean; at: number }) {
  return (
    <>
      <span>{view.clustered ? `${count(view.nodes.length, 'node')}, as ${view.node} sees them` : `One node, ${view.node}`}</span>
      <span role="status">{old ? <Tag tone="warn">Old: as it was at {clock.format(at)}</Tag> : <Tag tone="good">Current</Tag>}</span>
    </>
  )
}

function Overview({ view, now, old, at }: { view: Cluster; now: number; old: boolean; at: number }) {
  const { changes, moved } = useFollowed(view, now)
  const names = useMemo(() => [...new Set([...view.nodes.map(({ name }) => name), ...view.partitions.map(({ owner }) => owner)])].filter((name) => name !== '').sort(), [view])
  const marks = useMemo(() => marksFor(names), [names])
  const looks = new Map(names.map((name) => [name, { mark: marks.get(name) ?? '', tint: tintsFor(names).get(name) ?? 0 }]))
  const served = view.partitions.some(({ state }) => state !== '')
  const open = view.partitions.filter(({ state }) => state === 'open').length
  return (
    <div className="stack" data-old={old}>
      {old && (
        <Note tone="warn" title={`What stands here is as it was at ${clock.format(at)}.`}>
          {`It goes on by itself when ${view.node} answers again.`}
        </Note>
      )}
      <div aria-live="polite"><Troubles view={view} old={old} /></div>
      <section className="panel" aria-labelledby="nodes">
        <div className="panel-head"><h2 id="nodes">Nodes</h2></div>
        <NodesTable view={view} looks={looks} />
      </section>
      {served && (
        <section className="panel" aria-labelledby="partitions">
          <div className="panel-head">
            <h2 id="partitions">Partitions</h2>
            <Tag tone={open === view.partitions.length ? 'good' : 'warn'}>{open === view.partitions.length ? `All ${open.toLocaleString('en')} served` : `${open.toLocaleString('en')} of ${view.partitions.length.toLocaleString('en')} served`}</Tag>
          </div>
          <PartitionMap view={view} looks={looks} moved={moved} />
          <PartitionsTable view={view} />
        </section>
      )}
      {view.clustered && (
        <section className="panel" aria-labelledby="changes">
          <div className="panel-head"><h2 id="changes">Changes while you look</h2></div>
          <div role="log" className={css.log} tabIndex={0} aria-labelledby="changes" aria-live="polite" aria-relevant="additions">
            {changes.length === 0 && <p className="soft" style={{ margin: 0 }}>None so far.</p>}
            <ul className={`plain ${css.changes}`}>
              {changes.map((one) => <li key={one.id}><time dateTime={one.at} title={shortTime(one.at)} className="soft">{clock.format(new Date(one.at))}</time> {one.words}</li>)}
            </ul>
          </div>
        </section>
      )}
      {!view.clustered && <Alone view={view} />}
    </div>
  )
}

function Troubles({ view, old }: { view: Cluster; old: boolean }) {
  const all = troublesOf(view)
  // Nobody knows whether it still is.
  if (all.length === 0 && old) return null
  if (all.length === 0) return <Note tone="good" title={view.clustered ? 'All is well.' : 'The node is well.'}>{view.clustered ? 'Every node that runs is ready, and every partition is served.' : undefined}</Note>
  return (
    <ul className={`plain ${css.troubles}`} aria-label="What is to be looked at">
      {all.map((one) => <li key={one.words}><Note tone={one.tone} title={one.words} role="none">{one.todo || undefined}</Note></li>)}
    </ul>
  )
}

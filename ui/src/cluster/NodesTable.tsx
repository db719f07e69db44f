import type { Cluster, ClusterNode } from '~/api/types'
import { Tag } from '~/shared/StateBadge'
import { fullTime, lasting } from '~/shared/time'
import { count } from '~/shared/words'
import css from './Cluster.module.css'
import { Mark } from './Mark'
import { capital, clockWords, nodeTones, pageOf, rangesOf, stateOf } from './nodes'
import type { Looks } from './tints'

const ranges_max = 6
const heardJustNow_s = 3
const columns = ['Node', 'State', 'Partitions', 'Lag', 'Version', 'Roles', 'Last heard', 'Up for'] as const

/** The roles are named: on a phone each row is a card, and browsers then forget that it was a table. */
export function NodesTable({ view, looks }: { view: Cluster; looks: Looks }) {
  return (
    <table className={`table ${css.nodes}`} role="table" aria-labelledby="nodes">
      <thead role="rowgroup">
        <tr role="row">{columns.map((name) => <th key={name} scope="col" role="columnheader">{name}</th>)}</tr>
      </thead>
      <tbody role="rowgroup">
        {view.nodes.map((node) => <Row key={node.boot_id || node.name} node={node} view={view} looks={looks} />)}
      </tbody>
    </table>
  )
}

function Row({ node, view, looks }: { node: ClusterNode; view: Cluster; looks: Looks }) {
  const state = stateOf(node)
  const here = node.state === 'here'
  const away = node.state === 'unreachable'
  const clock = away ? '' : clockWords(node.clock_ahead_s)
  const cells: Record<(typeof columns)[number], React.ReactNode> = {
    Node: <Name node={node} looks={looks} />,
    State: (
      <>
        <Tag tone={nodeTones[state]}>{capital(state)}</Tag>
        {node.trouble && state !== 'stopped' && <div className={css.why}>{node.trouble}</div>}
        {state === 'stopped' && <div className={css.why}>It said that it stops</div>}
        {clock && <div className={css.why}>Clock {clock} {view.node}’s</div>}
        {node.warnings.length > 0 && !away && <div className={css.why}>{count(node.warnings.length, 'warning')}</div>}
      </>
    ),
    Partitions: node.partitions.length === 0 ? <span className="soft">None</span> : <><strong>{node.partitions.length.toLocaleString('en')}</strong> <span className="soft">({rangesOf(node.partitions, ranges_max)})</span></>,
    Lag: away ? <span className="soft">?</span> : node.lag > 0 ? <Tag tone="warn">{count(node.lag, 'record')}</Tag> : '0',
    Version: node.version,
    Roles: node.roles.split(' ').filter(Boolean).join(', '),
    'Last heard': here ? <span className="soft">It answers here</span> : <Heard at={node.heard_at} now={view.at} />,
    'Up for': away || !node.started ? <span className="soft">?</span> : <time dateTime={node.started} title={`Since ${fullTime(node.started)}`}>{lasting(secondsBetween(node.started, view.at))}</time>,
  }
  return (
    <tr role="row" data-state={state}>
      {columns.map((name) => (
        <td key={name} role="cell"><span className={css.label} aria-hidden>{name}</span><div className={css.value}>{cells[name]}</div></td>
      ))}
    </tr>
  )
}

function Name({ node, looks }: { node: ClusterNode; looks: Looks }) {
  const page = node.state === 'here' ? null : pageOf(node, window.location)
  return (
    <div className={css.name}>
      <Mark name={node.name} looks={looks} />
      <div>
        {page && node.state !== 'unreachable' ? <a className="nowrap" href={`${page}/cluster`}>{node.name}</a> : <strong className="nowrap">{node.name}</strong>}
        {node.state === 'here' && <span className="soft nowrap"> (this page)</span>}
        <div className={`soft mono ${css.address}`}>{node.http || node.address}</div>
      </div>
    </div>
  )
}

const secondsBetween = (from: string, to: string) => Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000)

function Heard({ at, now }: { at: string | null; now: string }) {
  if (!at) return <span className="soft">Never</span>
  const ago_s = secondsBetween(at, now)
  return <time dateTime={at} title={fullTime(at)}>{ago_s < heardJustNow_s ? 'Now' : `${lasting(ago_s)} ago`}</time>
}

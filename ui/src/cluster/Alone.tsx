import type { Cluster } from '~/api/types'
import { useSystem } from '~/system/api'
import css from './Cluster.module.css'

/** What a laboratory with one node should know of several. */
export function Alone({ view }: { view: Cluster }) {
  const inKafka = useSystem().data?.engine === 'kafka'
  return (
    <section className="panel" aria-labelledby="alone">
      <div className="panel-head"><h2 id="alone">This is one node</h2></div>
      <p className={css.lead}>
        {view.node} does everything alone, which is enough for most laboratories. Several nodes share the work, and go on when one of them ends. To add some:
      </p>
      <ol className={css.steps}>
        {inKafka
          ? <li>The history is in Kafka already, where all nodes can reach it.</li>
          : <li>Bring the history to Kafka, where all nodes can reach it: stop this node, then <code className="mono">tracseq log copy DIR/log kafka://broker:9092/tracseq</code></li>}
        <li>Make a secret that the nodes share, and copy it to each machine: <code className="mono">head -c 32 /dev/urandom | base64 &gt; cluster.secret</code></li>
        <li>
          Start each node with the same <code className="mono">log.address</code> and <code className="mono">cluster.secret_file</code>, its own{' '}
          <code className="mono">node.name</code>, and in <code className="mono">cluster.address</code> the IP address where the others reach it. They find each other in the history.
        </li>
      </ol>
      <p className={`soft ${css.lead}`}>More is in docs/operations.md, under “Several nodes” and “Kafka”.</p>
    </section>
  )
}

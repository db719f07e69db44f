import css from './Cluster.module.css'
import type { Looks } from './tints'

/** A node's sign, as it stands in the map of partitions. */
export function Mark({ name, looks }: { name: string; looks: Looks }) {
  const look = looks.get(name)
  return <span className={css.mark} data-tint={look?.tint} aria-hidden>{look?.mark}</span>
}

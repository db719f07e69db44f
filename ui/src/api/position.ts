// What this page has seen of the history. Behind a proxy the next answer may come from another node, a few
// milliseconds behind: told what has been seen, it waits until it shows as much.

/** Behind this every node has caught up, or says that it has not. */
const kept_ms = 30_000

let newest: number[] = []
let at_ms = 0

function parse(text: string): number[] | null {
  return /^\d{1,15}(\.\d{1,15})*$/.test(text) ? text.split('.').map(Number) : null
}

/** Takes note of a position: of an answer's header, or of an event. */
export function seen(text: string | null | undefined, now_ms = Date.now()) {
  const offsets = text ? parse(text) : null
  if (!offsets) return
  const older = offsets.length === newest.length && now_ms - at_ms < kept_ms ? newest : []
  newest = offsets.map((offset, partition) => Math.max(offset, older[partition] ?? 0))
  at_ms = now_ms
}

/** The position to demand; null where nothing new was seen lately. */
export function demanded(now_ms = Date.now()): string | null {
  return newest.length > 0 && now_ms - at_ms < kept_ms ? newest.join('.') : null
}

export function forget() {
  newest = []
}

// What went wrong, as a value the page can show: RFC 9457 problems and network failures alike.
export interface FieldProblem {
  pointer: string
  code: string
  detail: string
}

export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly fields: FieldProblem[]
  readonly requestId: string
  readonly retryable: boolean

  constructor(from: {
    status: number
    code: string
    detail: string
    fields?: FieldProblem[]
    requestId?: string
    retryable?: boolean
  }) {
    super(from.detail)
    this.name = 'Problem'
    this.status = from.status
    this.code = from.code
    this.fields = from.fields ?? []
    this.requestId = from.requestId ?? ''
    this.retryable = from.retryable ?? false
  }
}

interface Body {
  title?: string
  detail?: string
  code?: string
  errors?: FieldProblem[]
  request_id?: string
  retryable?: boolean
}

export function problemFrom(status: number, body: unknown): Problem {
  const read: Body = typeof body === 'object' && body !== null ? body : {}
  const detail = read.detail || read.title || `The server answered ${status} without saying why.`
  return new Problem({
    status,
    code: read.code ?? `http_${status}`,
    detail,
    fields: read.errors ?? [],
    requestId: read.request_id,
    retryable: read.retryable ?? status >= 500,
  })
}

const unreached = {
  /** Something was asked for: there was nothing to save. */
  reading: 'TracSeq cannot be reached. Check the network, then try again.',
  /** The browser knew of no network, so nothing left it. */
  unsent: 'TracSeq cannot be reached. Nothing was saved. Check the network, then try again.',
  /** A command left, and its answer never came: it may have arrived all the same. */
  unanswered: 'TracSeq did not answer. Whether this was saved is not known: look when the page is live again.',
}

/** The server could not be reached, or was cut off before it answered. */
export function unreachable(what: keyof typeof unreached = 'reading'): Problem {
  return new Problem({ status: 0, code: what === 'unanswered' ? what : 'unreachable', detail: unreached[what], retryable: true })
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  // The second is a part of the page itself that could not be fetched.
  if (error instanceof TypeError || (error instanceof Error && error.message.startsWith('Unable to preload'))) return unreachable()
  return new Problem({ status: 0, code: 'page', detail: error instanceof Error ? error.message : String(error) })
}

/** `/custom/well` → `custom.well`; `/name` → `name`. */
export function fieldOf(pointer: string): string {
  return pointer
    .replace(/^#?\//, '')
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join('.')
}

/** Words to stand beside each field, and those that belong to none of the shown fields. */
export function sortByField(problem: Problem, shown: readonly string[]) {
  const beside = new Map<string, string>()
  const rest: string[] = []
  for (const one of problem.fields) {
    const field = fieldOf(one.pointer)
    if (shown.includes(field) && !beside.has(field)) beside.set(field, one.detail)
    else rest.push(one.detail)
  }
  if (beside.size === 0 && rest.length === 0) rest.push(problem.message)
  return { beside, rest }
}

/** A label that names something else already: the refusal belongs beside the field that it was typed into. */
export function besideLabel(error: unknown, field: string, label: unknown): unknown {
  const problem = asProblem(error)
  const typed = typeof label === 'string' ? label.trim() : ''
  if (problem.status !== 409 || problem.fields.length > 0 || typed === '' || !problem.message.startsWith(`${typed} already names`)) return error
  return new Problem({ ...problem, detail: problem.message, fields: [{ pointer: `/${field}`, code: problem.code, detail: problem.message }] })
}

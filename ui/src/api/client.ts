import createClient, { type Middleware } from 'openapi-fetch'
import { demanded, seen } from './position'
import { problemFrom, unreachable } from './problem'
import type { paths } from './schema'
import { signOut, token } from './session'
import { randomUuid } from './uuid'

export const base = '/api/v1'

/** Commands that were given while the browser had no network. */
const unsent = new WeakSet<Request>()

const authorise: Middleware = {
  onRequest({ request }) {
    if (globalThis.navigator?.onLine === false) unsent.add(request)
    const mine = token()
    if (mine) request.headers.set('Authorization', `Bearer ${mine}`)
    // A key of its own on every write: a repeated send of the same request is then harmless.
    if (request.method === 'POST' && !request.headers.has('Idempotency-Key'))
      request.headers.set('Idempotency-Key', randomUuid())
    const position = demanded()
    if (position) request.headers.set('X-TracSeq-Position', position)
    return request
  },
  onResponse({ response }) {
    seen(response.headers.get('X-TracSeq-Position'))
    if (response.status === 401 && token())
      signOut('This token is not accepted any more. Paste the current one from the data directory.')
  },
  onError({ request }) {
    return unreachable(request.method === 'GET' ? 'reading' : unsent.has(request) ? 'unsent' : 'unanswered')
  },
}

/** The document names whole addresses; here they are told from `base` on. */
type Short<Paths> = { [Path in keyof Paths as Path extends `/api/v1${infer Rest}` ? Rest : never]: Paths[Path] }

export const api = createClient<Short<paths>>({ baseUrl: base, fetch: (request) => globalThis.fetch(request) })
api.use(authorise)

interface Answer<T> {
  data?: T
  error?: unknown
  response: Response
}

/** What a move answers that takes long (202): it goes on, and the stream of events tells its end. */
interface Underway {
  state: string
  process: string
}
const underway = {
  code: 'under_way',
  title: 'Still under way',
  detail: 'This takes longer than usual and goes on by itself. The page shows it as soon as it is done.',
}

/** The answer's body, or the problem thrown. */
export async function unwrap<T>(answer: Promise<Answer<T>>): Promise<Exclude<NonNullable<T>, Underway>> {
  const { data, error, response } = await answer
  const body = data ?? {}
  if (response.status === 202 && 'process' in body) throw problemFrom(202, underway)
  if (response.ok) return body as Exclude<NonNullable<T>, Underway>
  throw problemFrom(response.status, error)
}

export interface WriteOptions {
  /** Version the person was looking at; the server refuses if it has moved on. */
  ifMatch?: number
  /** Kept by the caller when a write may be sent again later. */
  key?: string
}

export function writeHeaders(options: WriteOptions = {}) {
  return {
    ...(options.ifMatch === undefined ? {} : { 'If-Match': `"${options.ifMatch}"` }),
    'Idempotency-Key': options.key ?? randomUuid(),
  }
}

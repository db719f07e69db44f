// Serves dist/ and an API in memory, with the real server's security headers. Development only.
//   node dev/mock/server.mjs [--port 8099] [--empty]
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname } from 'node:path'
import { Lab, Refusal } from './lab.mjs'
import { seed } from './seed.mjs'
import { commit, preview } from './sheets.mjs'

const option = (name, otherwise) => { const at = process.argv.indexOf(name); return at < 0 ? otherwise : process.argv[at + 1] }
const port = Number(option('--port', 8099))
const token = option('--token', 'mock')
const lab = new Lab()
if (!process.argv.includes('--empty')) seed(lab)
const answered = new Map()
const dist = new URL('../../dist/', import.meta.url)
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' }
const policy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

function page(items, query) {
  const limit = Math.min(500, Number(query.limit ?? 50))
  const from = Number(query.cursor ?? 0)
  return { items: items.slice(from, from + limit), next: from + limit < items.length ? String(from + limit) : null }
}
function history(key, query) {
  let items = lab.events.filter((event) => event.subject === key && (!query.as_of || event.time <= query.as_of)).map((event) => ({
    event_id: event.id, seq: event.streamversion, type: event.type.split('.')[1], summary: event.summary, recorded_at: event.time,
    who: { subject: 'operator', name: 'Operator', role: 'lab_administrator' }, node: 'mock', reason: event.reason, command_id: event.command_id, data: event.data, changes: event.changes,
  }))
  if (query.order !== 'asc') items = items.reverse()
  return page(items, query)
}
const counts = (things) => things.reduce((all, one) => ({ ...all, [one.state]: (all[one.state] ?? 0) + 1 }), {})
const kinds = { samples: 'sample', 'storage-units': 'storage_unit', runs: 'run', imports: 'import', 'notification-rules': 'notification_rule' }

function get(path, query) {
  const [root, id, part] = path
  const asOf = query.as_of
  const kind = kinds[root]
  if (kind && id && part === 'history') return history(`${kind}/${lab.find(kind, id).id}`, query)
  if (root === 'storage-units' && part === 'map') return lab.map(id, asOf)
  if (root === 'imports' && part === 'samples') return page(lab.all('sample').filter((one) => one.import_id === id), query)
  if (root === 'storage-units' && id) return lab.unitView(lab.find(kind, id, asOf), asOf)
  if (kind && id) return lab.find(kind, id, asOf)
  if (root === 'storage-units') {
    const wanted = lab.all(kind, asOf).filter((one) => (query.parent === undefined || (query.parent === 'root' ? !one.parent : one.parent?.unit_id === query.parent)) && (!query.q || `${one.name} ${one.barcode}`.toLowerCase().includes(query.q.toLowerCase())))
    return page(wanted.map((one) => lab.unitView(one, asOf)), query)
  }
  if (kind) {
    const sort = query.sort ?? '-updated_at'
    const key = sort.replace('-', '')
    const fits = (one) => ['state', 'type', 'project'].every((field) => !query[field] || query[field].split(',').includes(one[field])) && (!query.q || JSON.stringify(one).toLowerCase().includes(query.q.toLowerCase()))
    return page(lab.all(kind, asOf).filter(fits).sort((a, b) => (sort.startsWith('-') ? -1 : 1) * String(a[key] ?? '').localeCompare(String(b[key] ?? ''), 'en', { numeric: true })), query)
  }
  if (root === 'barcodes') {
    const key = lab.labels.get(id)
    if (!key) throw new Refusal(404, 'not_found', `Nothing carries the label ${id}.`)
    return { label: id, entity: key, kind: key.split('/')[0], id: key.split('/')[1], label_of: lab.things.get(key).name, alias: false }
  }
  if (root === 'search') {
    const q = (query.q ?? '').toLowerCase()
    return { items: ['sample', 'storage_unit', 'run'].flatMap((one) => lab.all(one).filter((thing) => `${thing.name} ${thing.barcode ?? ''} ${thing.project ?? ''}`.toLowerCase().includes(q)).map((thing) => ({ kind: one, id: thing.id, label: thing.name, barcode: thing.barcode ?? '', detail: thing.project ?? '', matched: 'name' }))).slice(0, 12) }
  }
  if (root === 'lab') return { samples_by_state: counts(lab.all('sample', asOf)), runs_by_state: counts(lab.all('run', asOf)), storage_units: lab.all('storage_unit', asOf).length, storage: lab.all('storage_unit', asOf).map((one) => lab.unitView(one, asOf)).filter((one) => one.capacity).sort((a, b) => b.fill_percent - a.fill_percent), unread: lab.inbox.filter((one) => !one.read).length, checked_out: lab.all('sample', asOf).filter((one) => one.checked_out).map((one) => ({ sample_id: one.id, label: one.name, ...one.checked_out })), first_run: [] }
  if (root === 'activity') return { items: lab.events.filter((event) => (!asOf || event.time <= asOf) && !event.subject.startsWith('storage_unit')).slice(-Number(query.limit ?? 20)).reverse().map((event) => ({ event_id: event.id, at: event.time, who: 'Operator', type: event.type.split('.')[1], subject: event.subject, label: event.label, summary: event.summary, reason: event.reason, position: event.sequence })) }
  if (root === 'events') { const items = lab.events.slice(Number(query.after ?? 0)).filter((event) => (!query.types || query.types.includes(event.type.split('.')[1])) && (!query.stream || event.subject.startsWith(query.stream))).slice(0, Number(query.limit ?? 100)); return { items, position: items.at(-1)?.sequence ?? query.after ?? '0' } }
  if (root === 'event-types') return { items: ['sample_registered', 'sample_received', 'sample_rejected', 'tube_placed', 'tube_taken_out', 'run_started', 'run_completed', 'run_failed'].map((name, at) => ({ id: at, name, schema: 1 })) }
  if (root === 'inbox') { const items = lab.inbox.filter((one) => !query.unread || !one.read); return { items, unread: lab.inbox.filter((one) => !one.read).length, next: null } }
  if (root === 'deliveries') return page(lab.deliveries.filter((one) => !query.state || one.state === query.state), query)
  if (root === 'processes') return { items: [], next: null }
  if (root === 'projections') return { items: [], next: null }
  if (root === 'audit') return { ok: true, records: lab.events.length, commits: lab.events.length, partitions: [{ partition: 0, records: lab.events.length, commits: lab.events.length, head: 'ab12', ok: true }], first_problem: null }
  if (root === 'system') return { version: '0.1.0', node: 'mock', engine: 'memory', log: 'in memory', data: 'nowhere', partitions: [{ partition: 0, end: lab.events.length, applied: lab.events.length, claim: 1, lag: 0 }], projections: ['samples', 'storage', 'runs', 'search'].map((name) => ({ name, version: 1, state: 'live', parked: 0 })), warnings: [], read_only: process.argv.includes('--read-only'), uptime: process.uptime() }
  throw new Refusal(404, 'not_found', 'There is no such address.')
}
function post(path, verb, body, bytes, query, headers) {
  const [root, id] = path
  if (headers['if-match'] && kinds[root]) {
    const held = lab.find(kinds[root], id)
    if (headers['if-match'] !== `"${held.version}"`) throw new Refusal(412, 'stale', 'Somebody changed it since you read it.')
  }
  if (root === 'samples') return id ? lab.sampleVerb(id, verb, body) : lab.register(body)
  if (root === 'storage-units') return lab.unitView(id ? lab.unitVerb(id, verb, body) : lab.addUnit(body))
  if (root === 'runs') return id ? lab.runVerb(id, verb, body) : lab.plan(body)
  if (root === 'imports') return id === 'preview' ? preview(lab, bytes, query.filename, JSON.parse(headers['x-tracseq-mapping'] ?? '{}')) : commit(lab, body)
  if (root === 'notification-rules') {
    if (!id) {
      if (body.channel === 'webhook' && !/^https?:/.test(body.url ?? '')) throw new Refusal(422, 'invalid', 'The rule cannot be made yet.', [{ pointer: '/url', code: 'required', detail: 'A webhook needs an address that begins with https://' }])
      return lab.write('notification_rule', { id: randomUUID(), project: '', recipient: '', url: '', urgency: 'normal', ...body, state: 'active', secret: body.channel === 'webhook' ? 'whsec_5d41402abc4b2a76' : undefined }, 'notification_rule_created', `Rule ${body.name} made`)
    }
    const rule = lab.find('notification_rule', id)
    const state = { pause: 'paused', resume: 'active', delete: 'deleted' }[verb]
    return lab.write('notification_rule', { ...rule, ...(state ? { state } : body) }, `notification_rule_${verb}`, `Rule ${rule.name}: ${verb}`)
  }
  if (root === 'inbox') { for (const one of lab.inbox) if (verb === 'read-all' || one.id === id) one.read = true; return {} }
  if (root === 'deliveries') { const one = lab.deliveries.find((held) => held.id === id); Object.assign(one, { state: 'queued', attempts: 0, last_error: '' }); return one }
  throw new Refusal(404, 'not_found', 'There is no such address.')
}

function stream(request, answer) {
  answer.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  const send = (event) => answer.write(`id: ${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  answer.write('retry: 3000\n\n')
  for (const event of lab.events.slice(Number(request.headers['last-event-id'] ?? lab.events.length))) send(event)
  lab.listeners.add(send)
  const beat = setInterval(() => answer.write(': still here\n\n'), 15_000)
  request.on('close', () => { lab.listeners.delete(send); clearInterval(beat) })
}
async function file(url, answer) {
  const name = url.pathname === '/' ? 'index.html' : url.pathname.slice(1)
  const found = await readFile(new URL(name, dist)).then((bytes) => [name, bytes]).catch(async () => ['index.html', await readFile(new URL('index.html', dist))])
  answer.writeHead(200, { 'Content-Type': types[extname(found[0])] ?? 'application/octet-stream', 'Content-Security-Policy': policy }).end(found[1])
}

createServer(async (request, answer) => {
  const url = new URL(request.url, 'http://localhost')
  if (!url.pathname.startsWith('/api/v1/')) return file(url, answer)
  const json = (status, body, more = {}) => answer.writeHead(status, { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json', ...more }).end(JSON.stringify(body))
  try {
    if (request.headers.authorization !== `Bearer ${token}`) throw new Refusal(401, 'unauthorised', 'The token is missing or not accepted.')
    const query = Object.fromEntries(url.searchParams)
    const rest = url.pathname.slice('/api/v1/'.length)
    const colon = request.method === 'POST' ? rest.lastIndexOf(':') : -1
    const verb = colon < 0 ? '' : rest.slice(colon + 1)
    const path = (colon < 0 ? rest : rest.slice(0, colon)).split('/').map(decodeURIComponent)
    if (request.method === 'GET' && path[0] === 'events' && request.headers.accept === 'text/event-stream') return stream(request, answer)
    if (request.method === 'GET') return json(200, get(path, query))
    const parts = []
    for await (const part of request) parts.push(part)
    const bytes = Buffer.concat(parts)
    const key = request.headers['idempotency-key']
    if (key && answered.has(key)) return json(200, answered.get(key), { 'Idempotency-Replayed': 'true' })
    const raw = path[1] === 'preview'
    const done = post(path, verb, raw ? {} : JSON.parse(bytes.toString() || '{}'), bytes, query, request.headers)
    if (key) answered.set(key, done)
    json(200, done, done.version ? { ETag: `"${done.version}"` } : {})
  } catch (error) {
    if (!(error instanceof Refusal)) console.error(error)
    json(error.status ?? 500, { type: `/problems/${error.code}`, title: error.message, status: error.status ?? 500, detail: error.message, code: error.code ?? 'internal', errors: error.errors ?? [] })
  }
}).listen(port, '127.0.0.1', () => console.log(`http://127.0.0.1:${port}/#token=${token}`))

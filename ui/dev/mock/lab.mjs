// A laboratory in memory, for developing the page without the server. Every change is an event with a
// snapshot of what it changed, so that any moment can be read back.
import { randomUUID } from 'node:crypto'

export class Refusal extends Error {
  constructor(status, code, detail, errors = []) {
    super(detail)
    Object.assign(this, { status, code, errors })
  }
}
const clone = (value) => structuredClone(value)
const rowName = (row) => (row < 26 ? String.fromCharCode(65 + row) : rowName(Math.floor(row / 26) - 1) + rowName(row % 26))

export class Lab {
  things = new Map() // "sample/<id>" → entity
  past = new Map() // "sample/<id>" → [{at, entity}]
  events = []
  labels = new Map()
  inbox = []
  deliveries = []
  listeners = new Set()
  made = 0
  last = 0

  now() {
    // Microseconds, never twice the same: the history's order is by this.
    this.last = Math.max(this.last + 1, Date.now() * 1000)
    const text = new Date(Math.floor(this.last / 1000)).toISOString()
    return text.slice(0, -1) + String(this.last % 1000).padStart(3, '0') + 'Z'
  }
  all(kind, asOf) {
    return [...this.things.keys()].filter((key) => key.startsWith(`${kind}/`)).map((key) => this.read(key, asOf)).filter(Boolean)
  }
  read(key, asOf) {
    if (!asOf) return this.things.get(key)
    const entity = this.past.get(key)?.findLast(({ at }) => at <= asOf)?.entity
    return entity && { ...entity, as_of: asOf }
  }
  find(kind, name, asOf) {
    const key = this.things.has(`${kind}/${name}`) ? `${kind}/${name}` : this.labels.get(name)
    const byName = key?.startsWith(`${kind}/`) ? key : [...this.things.entries()].find(([one, entity]) => one.startsWith(`${kind}/`) && entity.name === name)?.[0]
    const found = byName && this.read(byName, asOf)
    if (!found) throw new Refusal(404, 'not_found', `There is no ${kind.replace('_', ' ')} “${name}”${asOf ? ' at that moment' : ''}.`)
    return found
  }
  write(kind, entity, type, summary, { data = {}, reason = '', changes = [] } = {}) {
    const key = `${kind}/${entity.id}`
    const at = this.now()
    const next = { ...entity, version: (entity.version ?? 0) + 1, created_at: entity.created_at ?? at, updated_at: at }
    this.things.set(key, next)
    if (!this.past.has(key)) this.past.set(key, [])
    this.past.get(key).push({ at, entity: clone(next) })
    const offset = this.events.length
    const event = {
      specversion: '1.0', id: `0-${offset}-0`, source: 'tracseq/mock', type: `tracseq.${type}.v1`, subject: key, time: at,
      datacontenttype: 'application/json', data, sequence: `${offset + 1}`, actor: 'operator', reason, summary,
      streamversion: next.version, changes, command_id: randomUUID(), label: next.name,
    }
    this.events.push(event)
    for (const listener of this.listeners) listener(event)
    this.tellRules(event, next)
    return next
  }
  tellRules(event, entity) {
    const name = event.type.split('.')[1]
    for (const rule of this.all('notification_rule')) {
      if (rule.state !== 'active' || !rule.event_types.includes(name) || (rule.project && rule.project !== entity.project)) continue
      const one = { id: randomUUID(), subject: `${entity.name ?? name}: ${event.summary}`, event_name: name, entity: event.subject, urgency: rule.urgency, at: event.time, read: false }
      if (rule.channel === 'inbox') this.inbox.unshift(one)
      else this.deliveries.unshift({ ...one, rule_id: rule.id, rule_name: rule.name, url: rule.url, state: 'dead', attempts: 12, last_error: 'Nobody answers at this address.', created_at: event.time, updated_at: event.time, next_attempt_at: null, version: 1 })
    }
  }
  label(wanted, key, pointer = '/barcode') {
    const label = wanted || `TS-2026-${String(++this.made).padStart(6, '0')}-K`
    const owner = this.labels.get(label)
    if (owner && owner !== key) throw new Refusal(409, 'barcode_taken', `The label ${label} already names ${this.things.get(owner)?.name}.`, [{ pointer, code: 'taken', detail: `${label} already names ${this.things.get(owner)?.name}. Scan another label.` }])
    this.labels.set(label, key)
    return label
  }

  // ---- samples
  register(body, importId = null) {
    if (!body.name?.trim()) throw new Refusal(422, 'invalid', 'The sample cannot be registered yet.', [{ pointer: '/name', code: 'required', detail: 'A sample needs a name.' }])
    if (body.volume_ul > 1e6) throw new Refusal(422, 'invalid', 'The sample cannot be registered yet.', [{ pointer: '/volume_ul', code: 'out_of_range', detail: 'That is more than a litre: give microlitres.' }])
    const id = randomUUID()
    const barcode = this.label(body.barcode, `sample/${id}`)
    const empty = { project: '', submission: '', type: '', taxon_id: null, organism: '', donor: null, collected_at: null, collected_where: '', collected_by: '', received_at: null, concentration_ng_per_ul: null, volume_ul: null, amount_ng: null, requires_temperature: [], notes: '', custom: {} }
    const { reason, occurred_at, ...facts } = body
    return this.write('sample', { ...empty, ...facts, id, barcode, aliases: [], state: 'registered', state_reason: '', place: null, checked_out: null, import_id: importId }, 'sample_registered', `Registered with the label ${barcode}`, { reason })
  }
  sampleVerb(id, verb, body) {
    const sample = this.find('sample', id)
    const done = (part, type, summary, more = {}) => this.write('sample', { ...sample, ...part }, type, summary, { reason: body.reason ?? '', data: body, ...more })
    const from = (...states) => {
      if (!states.includes(sample.state)) throw new Refusal(409, 'wrong_state', `${sample.name} is ${sample.state.replace('_', ' ')}: this cannot be done now.`)
    }
    switch (verb) {
      case 'receive': from('registered'); return done({ state: 'received', received_at: this.now() }, 'sample_received', `Received${body.condition ? `, ${body.condition}` : ''}`)
      case 'accept': from('received'); return done({ state: 'accepted' }, 'sample_accepted', 'Accepted')
      case 'reject': from('received'); return done({ state: 'rejected', state_reason: body.reason }, 'sample_rejected', `Rejected: ${body.reason}`)
      case 'hold': return done({ state: 'on_hold', state_reason: body.reason, held_from: sample.state }, 'sample_held', `Put on hold: ${body.reason}`)
      case 'end-hold': from('on_hold'); return done({ state: sample.held_from ?? 'accepted', state_reason: '' }, 'sample_hold_ended', 'Taken off hold')
      case 'archive': return done({ state: 'archived' }, 'sample_archived', 'Archived')
      case 'reinstate': return done({ state: 'accepted', state_reason: '' }, 'sample_reinstated', 'Reinstated')
      case 'discard': this.vacate(sample, 'discarded'); return done({ state: 'discarded', state_reason: body.reason, place: null }, 'sample_discarded', `Discarded (${body.how}): ${body.reason}`)
      case 'relabel': { const barcode = this.label(body.barcode, `sample/${sample.id}`); return done({ barcode, aliases: [...sample.aliases, sample.barcode] }, 'sample_relabelled', `Relabelled from ${sample.barcode} to ${barcode}`) }
      case 'correct': {
        const { reason, ...facts } = body
        const changes = Object.keys(facts).map((field) => ({ field, old: String(sample[field] ?? ''), new: String(facts[field] ?? '') }))
        return done(facts, 'sample_corrected', `Corrected ${changes.map((one) => one.field).join(', ')}`, { changes })
      }
      case 'place': return this.place(sample, body)
      case 'take-out': {
        if (!sample.place) throw new Refusal(409, 'not_stored', `${sample.name} is not in storage.`)
        this.vacate(sample, 'taken out')
        return done({ state: 'accepted', place: null, checked_out: { purpose: body.purpose, due_at: body.due_at ?? null, by: 'operator', since: this.now() } }, 'tube_taken_out', `Taken out of ${sample.place.unit_label} ${sample.place.slot} for ${body.purpose}`)
      }
      default: throw new Refusal(404, 'not_found', `There is no verb ${verb}.`)
    }
  }
  place(sample, body) {
    const unit = this.find('storage_unit', body.unit)
    if (unit.state !== 'available') throw new Refusal(409, 'unit_closed', `${unit.name} is in ${unit.state} and takes nothing.`)
    const { rows = 0, columns = 0 } = unit.layout
    const order = Array.from({ length: rows * columns }, (_, index) => `${rowName(Math.floor(index / columns))}${(index % columns) + 1}`)
    const slot = body.slot?.toUpperCase() || order.find((one) => !unit.slots[one])
    if (!slot) throw new Refusal(409, 'full', `${unit.name} is full.`)
    if (!order.includes(slot)) throw new Refusal(422, 'no_such_slot', `${unit.name} has no place ${slot}.`, [{ pointer: '/slot', code: 'unknown', detail: `${unit.name} has no place ${slot}: it goes from A1 to ${order.at(-1)}.` }])
    const holder = unit.slots[slot]
    if (holder && holder !== `sample/${sample.id}`) throw new Refusal(409, 'slot_taken', `${unit.name} ${slot} is taken by ${this.things.get(holder).name}.`, [{ pointer: '/slot', code: 'taken', detail: `${this.things.get(holder).name} stands at ${slot}.` }])
    const was = sample.place
    this.vacate(sample, `${unit.name} ${slot}`)
    const fresh = this.things.get(`storage_unit/${unit.id}`)
    const placed = this.write('sample', { ...sample, state: 'in_storage', place: { unit_id: unit.id, slot, unit_label: unit.name, path: this.path(unit) }, checked_out: null }, 'tube_placed', was ? `Moved from ${was.unit_label} ${was.slot} to ${unit.name} ${slot}` : `Placed at ${unit.name} ${slot}`, { reason: body.reason ?? '' })
    this.write('storage_unit', { ...fresh, slots: { ...fresh.slots, [slot]: `sample/${sample.id}` } }, 'slot_filled', `${sample.name} put at ${slot}`)
    return placed
  }
  vacate(sample, to) {
    if (!sample.place) return
    const unit = this.things.get(`storage_unit/${sample.place.unit_id}`)
    const slots = { ...unit.slots }
    delete slots[sample.place.slot]
    const left = [{ slot: sample.place.slot, occupant_label: sample.name, entity: `sample/${sample.id}`, to, at: this.now() }, ...unit.left].slice(0, 50)
    this.write('storage_unit', { ...unit, slots, left }, 'slot_vacated', `${sample.name} left ${sample.place.slot}`)
  }

  // ---- storage
  path(unit) {
    const steps = []
    for (let at = unit; at; at = at.parent && this.things.get(`storage_unit/${at.parent.unit_id}`)) steps.unshift({ id: at.id, label: at.name, kind: at.kind })
    return steps
  }
  addUnit(body) {
    if (this.all('storage_unit').some((unit) => unit.name === body.name && (unit.parent?.unit_id ?? '') === (body.parent ?? ''))) throw new Refusal(409, 'name_taken', 'The name is taken.', [{ pointer: '/name', code: 'taken', detail: `There is a ${body.name} here already.` }])
    const id = randomUUID()
    const barcode = this.label(body.barcode || `${body.kind.slice(0, 3).toUpperCase()}-${String(this.labels.size + 1).padStart(5, '0')}`, `storage_unit/${id}`)
    const above = body.parent ? this.find('storage_unit', body.parent) : null
    const slot = body.slot || String(1 + this.all('storage_unit').filter((unit) => unit.parent?.unit_id === above?.id).length)
    return this.write('storage_unit', { id, kind: body.kind, name: body.name, barcode, layout: body.layout ?? {}, temperature: body.temperature ?? above?.temperature ?? '', project: '', state: 'available', parent: above ? { unit_id: above.id, slot: above.layout.count ? slot : '', label: above.name } : null, slots: {}, left: [] }, 'storage_unit_added', `Added${above ? ` to ${above.name}` : ''}`)
  }
  unitVerb(id, verb, body) {
    const unit = this.find('storage_unit', id)
    const done = (part, type, summary, changes = []) => this.write('storage_unit', { ...unit, ...part }, type, summary, { reason: body.reason ?? '', changes })
    switch (verb) {
      case 'rename': return done({ name: body.name }, 'storage_unit_renamed', `Renamed from ${unit.name} to ${body.name}`, [{ field: 'name', old: unit.name, new: body.name }])
      case 'start-maintenance': return done({ state: 'maintenance', state_reason: body.reason }, 'maintenance_started', `Maintenance began: ${body.reason}`)
      case 'end-maintenance': return done({ state: 'available' }, 'maintenance_ended', 'Maintenance ended')
      case 'retire':
        if (Object.keys(unit.slots).length > 0) throw new Refusal(409, 'not_empty', `${unit.name} still holds ${Object.keys(unit.slots).length} tubes. Move them first.`)
        return done({ state: 'retired' }, 'storage_unit_retired', `Retired: ${body.reason}`)
      default: {
        const above = body.unit ? this.find('storage_unit', body.unit) : null
        return done({ parent: above ? { unit_id: above.id, slot: body.slot ?? '', label: above.name } : null }, 'storage_unit_placed', above ? `Moved into ${above.name}` : 'Stands by itself')
      }
    }
  }
  unitView(unit, asOf) {
    const inside = this.all('storage_unit', asOf).filter((one) => one.parent?.unit_id === unit.id)
    const { rows = 0, columns = 0, count = 0 } = unit.layout
    const capacity = rows * columns || count || null
    const used = Object.keys(unit.slots).length + inside.length
    const { slots, left, ...rest } = unit
    return { ...rest, layout: { rows, columns, count }, path: this.path(unit), capacity, used, reserved: 0, fill_percent: capacity ? (100 * used) / capacity : null, children_count: inside.length }
  }
  map(id, asOf) {
    const unit = this.find('storage_unit', id, asOf)
    const { rows = 0, columns = 0, count = 0 } = unit.layout
    const slots = Object.entries(unit.slots).map(([slot, key]) => {
      const one = this.read(key, asOf) ?? this.things.get(key)
      return { slot, state: 'filled', occupant: { entity: key, id: one.id, kind: 'sample', label: one.name, barcode: one.barcode, project: one.project, sample_state: one.state } }
    })
    return { unit: this.unitView(unit, asOf), rows, columns, count, slots, left: unit.left, ...(asOf ? { as_of: asOf } : {}) }
  }

  // ---- runs
  plan(body) {
    if (!body.name) throw new Refusal(422, 'invalid', 'The run cannot be planned yet.', [{ pointer: '/name', code: 'required', detail: 'A run needs a name.' }])
    return this.write('run', { id: randomUUID(), flow_cell: '', read_structure: '', project: '', ...body, lanes: body.lanes ?? 1, state: 'draft', state_reason: '', lane_samples: [], warnings: [], yield_gbases: null, q30_percent: null }, 'run_planned', `Planned on ${body.instrument}`)
  }
  runVerb(id, verb, body) {
    const run = this.find('run', id)
    const done = (part, type, summary) => this.write('run', { ...run, ...part }, type, summary, { reason: body.reason ?? '', data: body })
    const states = { validate: ['validated', 'run_validated', 'Validated'], queue: ['queued', 'run_queued', 'Queued'], start: ['running', 'run_started', 'Started'], complete: ['completed', 'run_completed', 'Completed'], fail: ['failed', 'run_failed', 'Failed'], abort: ['aborted', 'run_aborted', 'Aborted'], hold: ['on_hold', 'run_held', 'Put on hold'], 'end-hold': ['draft', 'run_hold_ended', 'Taken off hold'] }
    if (verb === 'assign') {
      const sample = this.find('sample', body.sample)
      if (!['accepted', 'in_storage', 'in_process'].includes(sample.state) && !body.override_reason) throw new Refusal(422, 'not_accepted', `${sample.name} is ${sample.state}: accept it first, or say why it goes on all the same.`)
      if (run.lane_samples.some((one) => one.sample_id === sample.id && one.lane === body.lane)) throw new Refusal(409, 'already_on', `${sample.name} is on lane ${body.lane} already.`)
      return done({ lane_samples: [...run.lane_samples, { lane: body.lane, sample_id: sample.id, label: sample.name, index_i7: body.index_i7 ?? '', index_i5: body.index_i5 ?? '', override_reason: body.override_reason ?? '' }] }, 'sample_assigned_to_lane', `${sample.name} put on lane ${body.lane}`)
    }
    if (verb === 'remove') return done({ lane_samples: run.lane_samples.filter((one) => one.sample_id !== body.sample || one.lane !== body.lane) }, 'sample_removed_from_lane', `A sample taken off lane ${body.lane}`)
    if (verb === 'load-flow-cell') return done({ flow_cell: body.flow_cell }, 'flow_cell_loaded', `Flow cell ${body.flow_cell} loaded`)
    if (verb === 'validate' && run.lane_samples.length === 0) throw new Refusal(422, 'empty', 'No sample is on any lane yet. Put samples on, then validate.')
    const [state, type, summary] = states[verb]
    return done({ state, state_reason: body.reason ?? '', ...(body.yield_gbases ? { yield_gbases: body.yield_gbases } : {}), ...(body.q30_percent ? { q30_percent: body.q30_percent } : {}) }, type, body.reason ? `${summary}: ${body.reason}` : summary)
  }
}

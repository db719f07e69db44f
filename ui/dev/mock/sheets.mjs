// Reads simple CSV for the mock's previews; the server reads far more.
import { createHash, randomUUID } from 'node:crypto'
import { Refusal } from './lab.mjs'

const fields = [['name', 'Name'], ['barcode', 'Barcode'], ['project', 'Project'], ['type', 'Type'], ['organism', 'Organism'], ['volume_ul', 'Volume (µl)'], ['concentration_ng_per_ul', 'Concentration (ng/µl)'], ['collected_at', 'Collected'], ['notes', 'Notes']]
const guess = { 'sample name': 'name', name: 'name', sample: 'name', barcode: 'barcode', project: 'project', type: 'type', 'sample type': 'type', organism: 'organism', species: 'organism', 'volume (µl)': 'volume_ul', volume: 'volume_ul', concentration: 'concentration_ng_per_ul', 'collection date': 'collected_at', notes: 'notes' }
const letter = (index) => String.fromCharCode(65 + index)
export const previews = new Map()

export function preview(lab, bytes, fileName, overrides) {
  const text = bytes.toString('utf8')
  if (text.includes('\0')) throw new Refusal(422, 'unreadable', `${fileName} is no table: it is neither CSV nor XLSX.`)
  const lines = text.split(/\r?\n/)
  const cells = lines.map((line) => line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1')))
  const found = cells.findIndex((row) => row.filter((cell) => guess[cell.toLowerCase()]).length >= 2)
  const header = overrides.header_row ? overrides.header_row - 1 : found
  if (header < 0) throw new Refusal(422, 'no_table', `No table of samples was found in ${fileName}. Say in which row its header stands.`)
  const columns = cells[header].map((text, index) => ({ column: index + 1, letter: letter(index), header: text, field: overrides.columns?.[letter(index)] ?? guess[text.toLowerCase()] ?? 'custom', custom_key: text, confidence: 0.9, why: 'The header says so.' }))
  const rows = []
  const seen = new Map()
  for (let at = header + 1; at < cells.length; at++) {
    if (cells[at].every((cell) => cell === '')) continue
    const values = Object.fromEntries(columns.map((column, index) => [column.field === 'custom' ? column.header : column.field, cells[at][index] ?? '']).filter(([key]) => key !== 'ignore'))
    const problems = []
    const wrong = (field, code, detail, suggestion, severity = 'error') => problems.push({ row: at + 1, column: columns.find((one) => one.field === field)?.letter ?? '', field, code, detail, suggestion, severity })
    if (!values.name) wrong('name', 'required', 'There is no name.', 'Give each sample a name.')
    if (values.volume_ul && Number.isNaN(Number(values.volume_ul))) wrong('volume_ul', 'not_a_number', `“${values.volume_ul}” is no number.`, 'Write 12.5, without the unit.')
    if (values.barcode && seen.has(values.barcode)) wrong('barcode', 'duplicate_barcode', `${values.barcode} stands in row ${seen.get(values.barcode)} too.`, 'Each tube has its own label.')
    else if (values.barcode && lab.labels.has(values.barcode)) wrong('barcode', 'barcode_taken', `${values.barcode} already names a thing of the lab.`, 'Use another label.')
    if (values.barcode) seen.set(values.barcode, at + 1)
    rows.push({ source_row: at + 1, values, problems })
  }
  const bad = rows.filter((row) => row.problems.length > 0).length
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const earlier = lab.all('import').find((one) => one.sha256 === sha256)
  const read = {
    preview_id: randomUUID(), file_name: fileName, sha256, kind: 'csv', understood: [`The table's header stands in row ${header + 1}.`, `${rows.length} rows below it are samples.`], header_row: header + 1,
    earlier_import: earlier ? { id: earlier.id, at: earlier.created_at, by: 'operator', rows: earlier.rows } : null, columns, fields: fields.map(([key, label]) => ({ key, label })),
    counts: { rows: rows.length, good: rows.length - bad, bad }, rows: rows.slice(0, 200), problems: rows.flatMap((row) => row.problems), notes: [],
  }
  previews.set(read.preview_id, { read, rows })
  return read
}

export function commit(lab, body) {
  const held = previews.get(body.preview_id)
  if (!held) throw new Refusal(410, 'preview_gone', 'The preview is too old. Drop the file again.')
  const { read, rows } = held
  const one = lab.write('import', { id: randomUUID(), name: read.file_name, file_name: read.file_name, sha256: read.sha256, state: 'accepted', rows: rows.length, registered: 0, understood: read.understood, refusals: [], who: 'operator' }, 'import_accepted', `${rows.length} rows of ${read.file_name} accepted`)
  const work = () => {
    const at = lab.things.get(`import/${one.id}`)
    for (const row of rows.slice(at.registered, at.registered + 25)) {
      const { name, barcode, project = '', type = '', organism = '', notes = '', ...rest } = row.values
      lab.register({ name, ...(barcode ? { barcode } : {}), project, type, organism, notes, custom: rest }, one.id)
    }
    const registered = Math.min(rows.length, at.registered + 25)
    const done = registered === rows.length
    lab.write('import', { ...at, registered, state: done ? 'completed' : 'accepted' }, done ? 'import_completed' : 'import_rows_registered', done ? `All ${registered} samples are registered` : `${registered} of ${rows.length} registered`)
    if (!done) setTimeout(work, 40)
  }
  setTimeout(work, 150)
  return one
}

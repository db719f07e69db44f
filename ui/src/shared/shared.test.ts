import { describe, expect, it } from 'vitest'
import { correctColumn, correctHeader, mappingJson, noMapping } from '~/imports/mapping'
import { cellText, problemsAt, problemsOfRow } from '~/imports/grid'
import { fits, prepend } from '~/audit/useTail'
import type { CloudEvent, Preview } from '~/api/types'
import { lineOf, parseAssignments } from '~/runs/assignment'
import { parseNames } from '~/samples/names'
import { changedOnly, toBody, withNumbers } from './form/fields'
import { indexAt } from './TimeSlider'
import { ago, fromLocalInput, fullTime, toLocalInput, withDates } from './time'
import { temperatureWord } from './words'

describe('bodies of commands', () => {
  it('leave out what was left empty', () => {
    expect(toBody({ name: ' a ', notes: '  ', volume_ul: null, list: [], none: undefined, zero: 0 })).toEqual({ name: 'a', zero: 0 })
  })
  it('hold numbers, however they were typed', () => {
    const specs = [{ name: 'celsius', label: '', kind: 'number' as const }, { name: 'name', label: '' }]
    expect(withNumbers(specs, { celsius: '-71.50', name: '7' })).toEqual({ celsius: -71.5, name: '7' })
    expect(withNumbers(specs, { celsius: null, name: '' })).toEqual({ celsius: null, name: '' })
  })
  it('hold only what was changed, and clear what was emptied', () => {
    const before = { name: 'a', volume_ul: 5, notes: null, requires_temperature: ['-80'] }
    expect(changedOnly(before, { name: 'a', volume_ul: null, notes: '', requires_temperature: ['-80'] })).toEqual({ volume_ul: null })
    expect(changedOnly(before, { ...before, name: 'b' })).toEqual({ name: 'b' })
  })
})

describe('pasted lists', () => {
  it('are names, each once', () => {
    expect(parseNames('a\r\nb\t"c d"\n\na; e,b')).toEqual(['a', 'b', 'c d', 'e'])
  })
  it('are samples for lanes, with their indexes', () => {
    const lines = 'TUBE-1\tattactcg\tTATAGCCT\n2,TUBE-2\n\nTUBE-3;;TATAGCCT\nTUBE-4\tATTACTCX'
    expect(parseAssignments(lines)).toEqual([
      { sample: 'TUBE-1', index_i7: 'ATTACTCG', index_i5: 'TATAGCCT' },
      { sample: 'TUBE-2', lane: 2 },
      { sample: 'TUBE-3', index_i5: 'TATAGCCT' },
      { sample: 'TUBE-4', index_i7: 'ATTACTCX' },
    ])
  })
  it('read the same when they are written again', () => {
    const lines = '3\tTUBE-1\tATTACTCG\tTATAGCCT\nTUBE-2\t\tTATAGCCT\nTUBE-3'
    expect(parseAssignments(lines).map(lineOf).join('\n')).toBe(lines)
  })
})

describe('corrections of a sheet', () => {
  it('are sent only when there are some', () => {
    expect(mappingJson(noMapping)).toBeNull()
    expect(mappingJson(correctColumn({ columns: {} }, 'C', 'volume_ul'))).toBe('{"columns":{"C":"volume_ul"}}')
  })
  it('of the header row drop those of columns and keep the sheet', () => {
    const corrected = correctHeader(correctColumn({ sheet: 'Form', columns: {} }, 'A', 'name'), 14)
    expect(mappingJson(corrected)).toBe('{"sheet":"Form","header_row":14}')
  })
})

describe('cells of a preview', () => {
  const column = { column: 'B', header: 'Depth', field: 'custom', custom_key: 'Depth (2)', confidence: 1, why: '' }
  const row: Preview['rows'][number] = {
    source_row: 4,
    values: { 'custom.Depth (2)': '12 m' },
    problems: [
      { row: 4, column: 'B', field: '', code: 'x', detail: 'odd', suggestion: '', severity: 'warning' },
      { row: 4, column: '', field: '', code: 'y', detail: 'whole row', suggestion: '', severity: 'error' },
    ],
  }
  it('are found under the name they are kept by', () => {
    expect(cellText(row, column)).toBe('12 m')
  })
  it('carry their own problems; those of the row stay with the row', () => {
    expect(problemsAt(row, column).map((problem) => problem.detail)).toEqual(['odd'])
    expect(problemsOfRow(row, [column]).map((problem) => problem.detail)).toEqual(['whole row'])
  })
})

describe('time', () => {
  const moments = ['2026-11-24T10:00:00.000001Z', '2026-11-24T10:00:00.000002Z', '2026-11-24T11:00:00Z'].map((recorded_at) => ({ recorded_at }))
  it('finds the step of a moment, also between two microseconds', () => {
    expect(indexAt(moments, undefined)).toBe(2)
    expect(indexAt(moments, '2026-11-24T10:30:00Z')).toBe(1)
    expect(indexAt(moments, '2026-11-24T09:00:00Z')).toBe(-1)
    expect(indexAt(moments.slice(0, 2), moments[1]?.recorded_at)).toBe(1)
  })
  it('is told as people do', () => {
    const now = Date.parse('2026-11-24T12:00:00Z')
    expect(ago('2026-11-24T11:59:57Z', now)).toBe('just now')
    expect(ago('2026-11-24T11:58:00Z', now)).toBe('2 minutes ago')
    expect(ago('2026-11-23T12:00:00Z', now)).toBe('yesterday')
  })
  it('goes through an input and back', () => {
    expect(fromLocalInput(toLocalInput('2026-11-24T12:34:00.000Z'))).toBe('2026-11-24T12:34:00.000Z')
    expect(fromLocalInput('')).toBe('')
  })
})

describe('the event browser', () => {
  const event = (id: string, type = 'tube_placed') => ({ id, type: `tracseq.${type}.v1`, subject: 'sample/1' }) as CloudEvent
  it('keeps the newest first and none twice', () => {
    expect(prepend([event('2')], [event('2'), event('3'), event('4')]).map(({ id }) => id)).toEqual(['4', '3', '2'])
  })
  it('filters by type and by stream or kind', () => {
    expect(fits(event('1'), { types: 'tube_placed,run_failed', stream: 'sample' })).toBe(true)
    expect(fits(event('1'), { types: '', stream: 'sample/1' })).toBe(true)
    expect(fits(event('1'), { types: 'run_failed', stream: '' })).toBe(false)
    expect(fits(event('1'), { types: '', stream: 'sam' })).toBe(false)
  })
})

it('writes temperature classes as labs do', () => {
  expect(temperatureWord('minus_80')).toBe('−80 °C')
  expect(temperatureWord('-20')).toBe('−20 °C')
  expect(temperatureWord('unspecified')).toBe('')
})

describe('words of the server', () => {
  it('name moments as the page does', () => {
    const due = '2026-11-26T17:00:00Z'
    expect(withDates(`Taken out, due back ${due}`)).toBe(`Taken out, due back ${fullTime(due)}`)
    expect(withDates('Collected 2026-11-26T00:00:00Z')).toBe('Collected 26 Nov 2026')
    expect(withDates('Run 2026-11-26 of T17:00')).toBe('Run 2026-11-26 of T17:00')
  })
})

import { describe, expect, it } from 'vitest'
import { asProblem, besideLabel, fieldOf, problemFrom, sortByField } from './problem'
import { randomUuid } from './uuid'

describe('problems', () => {
  it('speak even when the server said little', () => {
    expect(problemFrom(502, null).message).toBe('The server answered 502 without saying why.')
    expect(problemFrom(502, null).retryable).toBe(true)
    expect(problemFrom(409, { title: 'Taken' }).message).toBe('Taken')
  })
  it('of a label that is taken stand beside its field', () => {
    const taken = problemFrom(409, { code: 'conflict', detail: 'TUBE-1 already names Blood 1 (a sample). A barcode names one thing for ever.' })
    const { beside, rest } = sortByField(asProblem(besideLabel(taken, 'barcode', ' TUBE-1 ')), ['barcode'])
    expect(beside.get('barcode')).toBe(taken.message)
    expect(rest).toEqual([])
    expect(besideLabel(taken, 'barcode', '')).toBe(taken)
    expect(besideLabel(problemFrom(409, { detail: 'Changed meanwhile.' }), 'barcode', 'TUBE-1')).toMatchObject({ fields: [] })
  })
  it('stand beside the fields they point at, the rest above', () => {
    const problem = problemFrom(422, {
      detail: 'Not yet.',
      errors: [
        { pointer: '/name', code: 'required', detail: 'A name, please.' },
        { pointer: '/custom/depth', code: 'number', detail: 'Depth is no number.' },
      ],
    })
    const { beside, rest } = sortByField(problem, ['name', 'type'])
    expect(beside.get('name')).toBe('A name, please.')
    expect(rest).toEqual(['Depth is no number.'])
  })
  it('read JSON pointers', () => {
    expect(fieldOf('/volume_ul')).toBe('volume_ul')
    expect(fieldOf('#/custom/a~1b')).toBe('custom.a/b')
  })
  it('name a lost network as such', () => {
    expect(asProblem(new TypeError('Failed to fetch')).code).toBe('unreachable')
    expect(asProblem('odd').message).toBe('odd')
  })
})

it('makes version 4 UUIDs without a secure origin', () => {
  expect(randomUuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(randomUuid()).not.toBe(randomUuid())
})

import { describe, expect, it } from 'vitest'
import { ranges } from './Inside'
import { nextName } from './kinds'
import { fillOrder, nextFree, parseSlot, rectangle, rowName, slotName, step } from './slots'
import { lettersFor, tintOf } from './tint'

describe('names of places', () => {
  it('follow SLAS up to the last row of a 1536 plate', () => {
    expect(rowName(0)).toBe('A')
    expect(rowName(25)).toBe('Z')
    expect(rowName(26)).toBe('AA')
    expect(slotName({ row: 31, column: 47 })).toBe('AF48')
  })
  it('are read back as they are written, for every place of every usual grid', () => {
    for (const [rows, columns] of [[9, 9], [8, 12], [16, 24], [32, 48]] as const)
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          expect(parseSlot(slotName({ row, column }), { rows, columns })).toEqual({ row, column })
  })
  it('forgive case and leading zeros, and nothing outside the grid', () => {
    const grid = { rows: 9, columns: 9 }
    expect(parseSlot(' b07 ', grid)).toEqual({ row: 1, column: 6 })
    for (const wrong of ['J1', 'A10', 'A0', '7', 'A', '', 'A1B', 'ÅÄ1']) expect(parseSlot(wrong, grid)).toBeNull()
  })
})

describe('filling and walking', () => {
  const grid = { rows: 2, columns: 3 }
  it('goes by row or by column', () => {
    expect(fillOrder(grid)).toEqual(['A1', 'A2', 'A3', 'B1', 'B2', 'B3'])
    expect(fillOrder(grid, 'column')).toEqual(['A1', 'B1', 'A2', 'B2', 'A3', 'B3'])
  })
  it('finds the next free place from where one stands', () => {
    expect(nextFree(fillOrder(grid), new Set(['A1', 'A2']))).toBe('A3')
    expect(nextFree(fillOrder(grid), new Set(['B1']), 'B1')).toBe('B2')
    expect(nextFree(fillOrder(grid), new Set(fillOrder(grid)))).toBeNull()
  })
  it('stops at the edges', () => {
    expect(step({ row: 0, column: 0 }, 'ArrowLeft', grid, false)).toEqual({ row: 0, column: 0 })
    expect(step({ row: 0, column: 0 }, 'End', grid, true)).toEqual({ row: 1, column: 2 })
    expect(step({ row: 0, column: 0 }, 'q', grid, false)).toBeNull()
  })
  it('selects the rectangle between two corners, whichever is first', () => {
    expect(rectangle({ row: 1, column: 2 }, { row: 0, column: 1 })).toEqual(['A2', 'A3', 'B2', 'B3'])
  })
})

describe('words and colours', () => {
  it('names free places in ranges', () => {
    expect(ranges(['1', '2', '3', '7', '9', '10'])).toBe('1–3, 7, 9–10')
    expect(ranges([])).toBe('')
  })
  it('numbers the next unit', () => {
    expect(nextName('Freezer', ['freezer 1', 'Freezer 2'])).toBe('Freezer 3')
  })
  it('gives each project its own letter and always the same tint', () => {
    const letters = lettersFor(['CARDIO', 'COLON', 'CARDIO', 'CO'])
    expect(new Set(letters.values()).size).toBe(3)
    expect(tintOf('CARDIO')).toBe(tintOf('CARDIO'))
  })
})

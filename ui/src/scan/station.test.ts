import { describe, expect, it } from 'vitest'
import { readCard } from './cards'
import { code39 } from './code39'
import { chooseVerb, chosenSlot, freeSlot, giveSlot, openBox, prompt, start } from './station'

const box = { id: 'b', name: 'Box 1', grid: { rows: 9, columns: 9 }, taken: ['A1', 'A3'] }

describe('the scan station', () => {
  it('begins at the first free place and gives each place once', () => {
    let station = openBox(start, box)
    expect(station.slot).toBe('A2')
    const given: (string | null)[] = []
    for (let tube = 0; tube < 3; tube++) {
      const { slot, after } = giveSlot(station)
      given.push(slot)
      station = after
    }
    expect(given).toEqual(['A2', 'A4', 'A5'])
  })
  it('says when the box is full', () => {
    const small = openBox(start, { ...box, grid: { rows: 1, columns: 2 }, taken: ['A1'] })
    const { after } = giveSlot(small)
    expect(prompt(after)).toBe('Box 1 is full. Scan another box')
  })
  it('goes on with the first free place behind the last one', () => {
    const { after } = giveSlot({ ...openBox(start, box), slot: 'I9' })
    expect(after.slot).toBe('A2')
    expect(prompt(after)).toBe('Scan the tube for Box 1 A2')
  })
  it('takes a place by name, also behind a box label', () => {
    const station = openBox(start, box)
    expect(chosenSlot(station, 'b07')).toBe('B7')
    expect(chosenSlot(station, 'BOX-0007:C3')).toBe('C3')
    expect(chosenSlot(station, 'J1')).toBeNull()
    expect(chosenSlot(start, 'A1')).toBeNull()
  })
  it('offers a refused place again', () => {
    const { after } = giveSlot(openBox(start, box))
    expect(after.slot).toBe('A4')
    expect(freeSlot(after, 'b', 'A2').slot).toBe('A2')
    expect(freeSlot(after, 'another', 'A2').slot).toBe('A4')
  })
  it('leaves the places of a box without a grid to the server, also after one was taken back', () => {
    expect(freeSlot(openBox(start, { ...box, grid: null }), 'b', '5').slot).toBeNull()
  })
  it('asks for the box first where one is needed', () => {
    expect(prompt(chooseVerb('check'))).toContain('box or plate to check')
    expect(prompt(chooseVerb('receive'))).toContain('has arrived')
  })
})

describe('command cards', () => {
  it('are read in either case, and nothing else is', () => {
    expect(readCard('TRACSEQ-CONFIRM')).toEqual({ command: 'confirm' })
    expect(readCard('tracseq-take-out')).toEqual({ verb: 'take-out' })
    expect(readCard('TRACSEQ-DANCE')).toBeNull()
    expect(readCard('TS-2026-000001-K')).toBeNull()
  })
  it('are drawn with five bars and three wide lines a letter', () => {
    const { bars } = code39('A-1')
    expect(bars).toHaveLength(5 * 5)
    const wide = bars.filter(([, width]) => width > 1)
    expect(wide.length).toBeGreaterThan(5)
    expect(() => code39('é')).toThrow('Code 39 cannot write “É”')
  })
})

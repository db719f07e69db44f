import { describe, expect, it } from 'vitest'
import { BurstDetector, stripAim } from './burst'

function type(detector: BurstDetector, text: string, gap_ms: number, end = 'Enter') {
  let at_ms = 1000
  for (const key of text) {
    detector.feed({ key, at_ms, modified: false })
    at_ms += gap_ms
  }
  return detector.feed({ key: end, at_ms, modified: false })
}

describe('BurstDetector', () => {
  it('takes a fast burst ended by Enter or Tab', () => {
    expect(type(new BurstDetector(), 'TS-2026-000017-K', 8)).toBe('TS-2026-000017-K')
    expect(type(new BurstDetector(), 'TS-2026-000017-K', 8, 'Tab')).toBe('TS-2026-000017-K')
  })
  it('leaves a person’s typing alone', () => {
    expect(type(new BurstDetector(), 'TS-2026-000017-K', 90)).toBeNull()
    expect(type(new BurstDetector(), 'TS-2026-000017-K', 35)).toBeNull()
  })
  it('needs six characters', () => {
    expect(type(new BurstDetector(), 'BOX12', 5)).toBeNull()
    expect(type(new BurstDetector(), 'BOX123', 5)).toBe('BOX123')
  })
  it('keeps only what was typed without a pause', () => {
    const detector = new BurstDetector()
    detector.feed({ key: 'x', at_ms: 0, modified: false })
    expect(type(detector, 'RACK-7', 5)).toBe('RACK-7')
  })
  it('lets shifted letters through and drops shortcuts', () => {
    const detector = new BurstDetector()
    let at_ms = 0
    for (const key of ['Shift', 'B', 'Shift', 'O', 'X', '-', '1', '2']) detector.feed({ key, at_ms: (at_ms += 4), modified: false })
    expect(detector.feed({ key: 'Enter', at_ms: at_ms + 4, modified: false })).toBe('BOX-12')
    for (const key of 'ABCDEF') detector.feed({ key, at_ms: (at_ms += 4), modified: key === 'C' })
    expect(detector.feed({ key: 'Enter', at_ms: at_ms + 4, modified: false })).toBeNull()
  })
  it('begins anew after each scan', () => {
    const detector = new BurstDetector()
    expect(type(detector, 'FIRST-1', 5)).toBe('FIRST-1')
    expect(type(detector, 'SECOND-2', 5)).toBe('SECOND-2')
  })
})

describe('stripAim', () => {
  it('leaves out what names the symbology', () => {
    expect(stripAim(']C1TS-2026-000017-K')).toBe('TS-2026-000017-K')
    expect(stripAim(']d2X')).toBe('X')
    expect(stripAim('C1-TUBE')).toBe('C1-TUBE')
  })
})

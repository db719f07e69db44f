import { describe, expect, it } from 'vitest'
import { BurstDetector, stripAim, together_ms, unfinished_ms } from './burst'

/** Types parts, each in a burst, with a pause before every part but the first. */
function typeParts(detector: BurstDetector, parts: string[], pause_ms: number, gap_ms = 5, end = 'Enter') {
  let at_ms = 1000
  parts.forEach((part, index) => {
    if (index > 0) at_ms += pause_ms - gap_ms
    for (const key of part) {
      detector.feed({ key, at_ms, modified: false })
      at_ms += gap_ms
    }
  })
  return detector.feed({ key: end, at_ms, modified: false })
}
const type = (detector: BurstDetector, text: string, gap_ms: number, end = 'Enter') => typeParts(detector, [text], 0, gap_ms, end)
const uuid = '01a20f5b-bb7a-71a4-beb8-f64366229e1d'

describe('BurstDetector', () => {
  it('takes a fast burst ended by Enter or Tab', () => {
    expect(type(new BurstDetector(), 'TS-2026-000017-K', 8)).toEqual({ label: 'TS-2026-000017-K' })
    expect(type(new BurstDetector(), 'TS-2026-000017-K', 8, 'Tab')).toEqual({ label: 'TS-2026-000017-K' })
    expect(type(new BurstDetector(), uuid, 3)).toEqual({ label: uuid })
    expect(type(new BurstDetector(), 'TS-2026-000017-K', 45)).toEqual({ label: 'TS-2026-000017-K' })
  })
  it('leaves a person’s typing alone', () => {
    expect(type(new BurstDetector(), 'TS-2026-000017-K', 90)).toBeNull()
    expect(type(new BurstDetector(), 'TS-2026-000017-K', 55)).toBeNull()
    expect(typeParts(new BurstDetector(), ['li', 'b', 'ra', 'r', 'y'], 120, 40)).toBeNull()
  })
  it('leaves a key that is held down alone', () => {
    const detector = new BurstDetector()
    detector.feed({ key: 'a', at_ms: 0, modified: false })
    for (let at_ms = 400; at_ms < 700; at_ms += 30) detector.feed({ key: 'a', at_ms, modified: false, repeated: true })
    expect(detector.feed({ key: 'Enter', at_ms: 800, modified: false })).toBeNull()
  })
  it('takes every legal length', () => {
    expect(type(new BurstDetector(), 'B1', 5)).toBeNull()
    for (const length of [3, 4, 5, 6, 100]) expect(type(new BurstDetector(), 'X'.repeat(length), 5)).toEqual({ label: 'X'.repeat(length) })
  })
  it('never takes the tail behind a pause for the label', () => {
    expect(typeParts(new BurstDetector(), ['ABC-', 'IDEM-1'], 60)).toEqual({ broken: true })
    expect(typeParts(new BurstDetector(), ['A', 'BC-IDEM-1'], 60)).toEqual({ broken: true })
    expect(typeParts(new BurstDetector(), ['ABC-', 'IDEM-1'], 4000)).toEqual({ broken: true })
    for (let cut = 1; cut < uuid.length; cut++)
      expect(typeParts(new BurstDetector(), [uuid.slice(0, cut), uuid.slice(cut)], 200, 3)).toEqual({ broken: true })
  })
  it('refuses a burst whose end comes late', () => {
    expect(typeParts(new BurstDetector(), ['IDEM-1', ''], 60)).toEqual({ broken: true })
  })
  it('takes what begins long after other keys', () => {
    const lone = new BurstDetector()
    lone.feed({ key: 'x', at_ms: 1000 - together_ms, modified: false })
    expect(type(lone, 'RACK-7', 5)).toEqual({ label: 'RACK-7' })
    const unfinished = new BurstDetector()
    for (const key of 'ABC-') unfinished.feed({ key, at_ms: 1000 - unfinished_ms, modified: false })
    expect(type(unfinished, 'RACK-7', 5)).toEqual({ label: 'RACK-7' })
  })
  it('lets shifted letters through, and refuses a burst with a sign that cannot be read', () => {
    const detector = new BurstDetector()
    let at_ms = 0
    for (const key of ['Shift', 'B', 'Shift', 'O', 'X', '-', '1', '2']) detector.feed({ key, at_ms: (at_ms += 4), modified: false })
    expect(detector.feed({ key: 'Enter', at_ms: at_ms + 4, modified: false })).toEqual({ label: 'BOX-12' })
    for (const key of 'ABCDEFGHI') detector.feed({ key, at_ms: (at_ms += 4), modified: key === 'C' })
    expect(detector.feed({ key: 'Enter', at_ms: at_ms + 4, modified: false })).toEqual({ broken: true })
  })
  it('begins anew after each scan, whole or broken', () => {
    const detector = new BurstDetector()
    expect(type(detector, 'FIRST-1', 5)).toEqual({ label: 'FIRST-1' })
    expect(typeParts(detector, ['SECO', 'ND-2'], 60)).toEqual({ broken: true })
    expect(type(detector, 'SECOND-2', 5)).toEqual({ label: 'SECOND-2' })
  })
  it('knows that a burst goes on though the focus has moved', () => {
    const detector = new BurstDetector()
    for (const [index, key] of [...'ABC-'].entries()) detector.feed({ key, at_ms: index * 5, modified: false })
    expect(detector.goesOn(60)).toBe(true)
    expect(detector.goesOn(2000)).toBe(false)
    detector.reset()
    expect(detector.goesOn(0)).toBe(false)
  })
})

describe('stripAim', () => {
  it('leaves out what names the symbology', () => {
    expect(stripAim(']C1TS-2026-000017-K')).toBe('TS-2026-000017-K')
    expect(stripAim(']d2X')).toBe('X')
    expect(stripAim('C1-TUBE')).toBe('C1-TUBE')
  })
})

import { describe, expect, it } from 'vitest'
import { eventName, newer, patchPages, stateTold, type Pages } from './patch'
import { parseEvent } from './stream'

interface Thing { id: string; version: number; words: string }
const pages: Pages<Thing> = {
  pageParams: ['', 'next'],
  pages: [
    { items: [{ id: 'a', version: 3, words: 'old' }, { id: 'b', version: 1, words: 'b' }] },
    { items: [{ id: 'c', version: 1, words: 'c' }] },
  ],
}

describe('patching a list', () => {
  it('changes the row in its place and leaves other pages as they are', () => {
    const after = patchPages(pages, { id: 'a', version: 4, words: 'new' })
    expect(after?.pages[0]?.items.map((item) => item.words)).toEqual(['new', 'b'])
    expect(after?.pages[1]).toBe(pages.pages[1])
    expect(pages.pages[0]?.items[0]?.words).toBe('old')
  })
  it('never adds a row and never goes back to an older version', () => {
    expect(patchPages(pages, { id: 'z', version: 1, words: 'z' })).toBe(pages)
    expect(patchPages(pages, { id: 'a', version: 2, words: 'late' })?.pages[0]?.items[0]?.words).toBe('old')
    expect(newer({ version: 3 }, { version: 3 })).toEqual({ version: 3 })
    expect(patchPages(undefined, { id: 'a', version: 1, words: '' })).toBeUndefined()
  })
})

describe('events', () => {
  it('tell the state they lead to', () => {
    expect(eventName('tracseq.tube_placed.v1')).toBe('tube_placed')
    expect(stateTold({ type: 'tracseq.tube_placed.v1' })).toBe('in_storage')
    expect(stateTold({ type: 'tracseq.run_failed.v12' })).toBe('failed')
    expect(stateTold({ type: 'tracseq.sample_corrected.v1' })).toBeUndefined()
  })
  it('that are no events are dropped', () => {
    expect(parseEvent('{"type":"a","subject":"sample/1"}')?.subject).toBe('sample/1')
    expect(parseEvent('{"type":1}')).toBeNull()
    expect(parseEvent('half a li')).toBeNull()
    expect(parseEvent('null')).toBeNull()
  })
})

import { beforeEach, describe, expect, it } from 'vitest'
import { demanded, forget, seen } from './position'

describe('the position that was seen', () => {
  beforeEach(forget)

  it('is the newest of each partition', () => {
    seen('3.0.7', 1000)
    seen('1.4.7', 1001)
    expect(demanded(1002)).toBe('3.4.7')
  })
  it('is forgotten after a while', () => {
    seen('3.0.7', 1000)
    expect(demanded(32_000)).toBeNull()
    seen('1.1.1', 33_000)
    expect(demanded(33_001)).toBe('1.1.1')
  })
  it('is not made of anything else', () => {
    seen('abc', 1000)
    seen('1..2', 1000)
    seen(null, 1000)
    expect(demanded(1001)).toBeNull()
  })
  it('begins anew where another laboratory answers', () => {
    seen('9.9', 1000)
    seen('1.2.3', 1001)
    expect(demanded(1002)).toBe('1.2.3')
  })
})

// A scanner is a keyboard that types very fast. This tells its bursts from a person's typing.
/** Longest pause inside a burst: above what a scanner makes (1–20 ms), below what a person makes. */
export const gap_ms = 50
/** The shortest legal label. */
export const shortest = 3
/** How long keys are still held to belong to what comes after a pause. A burst that was begun and not ended is held longer. */
export const together_ms = 1000
export const unfinished_ms = 5000

/** AIM symbology identifiers (`]C1`, `]d2`, …) say which kind of barcode it was; the label follows. */
export function stripAim(text: string): string {
  return text.replace(/^\][A-Za-z][0-9A-Za-z]/, '')
}

export interface Key {
  key: string
  at_ms: number
  modified: boolean
  /** Held down. A keyboard waits long before it repeats: where it comes quickly, it is a label's second zero. */
  repeated?: boolean
}
/** A whole label; or a burst with a pause in it, of which nobody knows what is missing or what it was glued to. */
export type Scan = { label: string } | { broken: true }

/** Keys that come between the letters of a label and mean nothing alone. */
const silent = new Set(['Shift', 'CapsLock', 'AltGraph'])

export class BurstDetector {
  private text = ''
  private lastAt_ms = -Infinity
  private quick = 0
  private slow = 0
  private run = 0
  private spoiled = false

  /** Feeds one key. Answers what was scanned when the key ends a burst, otherwise null. */
  feed({ key, at_ms, modified, repeated = false }: Key): Scan | null {
    if (silent.has(key)) return null
    this.forget(at_ms)
    const quick = at_ms - this.lastAt_ms <= gap_ms
    if (repeated && !quick) {
      this.reset()
      return null
    }
    if (!modified && (key === 'Enter' || key === 'Tab')) return this.end(quick)
    if (modified || key.length !== 1) {
      // In the middle of a burst it is a sign that cannot be read; what follows must not pass for the label.
      if (this.quick > 0) this.spoiled = true
      else this.reset()
      return null
    }
    if (this.text !== '') {
      if (quick) this.quick += 1
      else this.slow += 1
    }
    this.run = quick ? this.run + 1 : 1
    this.text += key
    this.lastAt_ms = at_ms
    return null
  }

  get length() {
    return this.text.length
  }

  /** Quick keys one after another up to now; one means that a burst may have just begun. */
  get runLength() {
    return this.run
  }

  /** Whether a burst has begun that a key of this moment may belong to, wherever the focus has gone meanwhile. */
  goesOn(at_ms: number): boolean {
    const pause_ms = at_ms - this.lastAt_ms
    return this.text !== '' && pause_ms <= (this.quick > 0 ? together_ms : gap_ms)
  }

  reset() {
    this.text = ''
    this.lastAt_ms = -Infinity
    this.quick = this.slow = this.run = 0
    this.spoiled = false
  }

  private end(quick: boolean): Scan | null {
    const { text, spoiled } = this
    const quickOnes = this.quick + (quick ? 1 : 0)
    const slowOnes = this.slow + (quick ? 0 : 1)
    this.reset()
    if (text === '') return null
    const label = stripAim(text).trim()
    if (!spoiled && slowOnes === 0) return label.length >= shortest ? { label } : null
    // A person's keys are slow nearly all the time.
    const scanned = quickOnes >= 2 && quickOnes >= 2 * slowOnes
    return scanned ? { broken: true } : null
  }

  private forget(at_ms: number) {
    if (at_ms - this.lastAt_ms >= (this.quick > 0 ? unfinished_ms : together_ms)) this.reset()
  }
}

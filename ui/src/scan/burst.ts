// A scanner is a keyboard that types very fast. This tells its bursts from a person's typing.
export const gap_ms = 35
export const shortest = 6

/** AIM symbology identifiers (`]C1`, `]d2`, …) say which kind of barcode it was; the label follows. */
export function stripAim(text: string): string {
  return text.replace(/^\][A-Za-z][0-9A-Za-z]/, '')
}

export interface Key {
  key: string
  at_ms: number
  modified: boolean
}

export class BurstDetector {
  private text = ''
  private lastAt_ms = -Infinity

  /** Feeds one key. Answers the scanned label when the key ends a burst, otherwise null. */
  feed({ key, at_ms, modified }: Key): string | null {
    const quick = at_ms - this.lastAt_ms < gap_ms
    if (key === 'Shift') return null
    if (modified) {
      this.reset()
      return null
    }
    if (key === 'Enter' || key === 'Tab') {
      const label = stripAim(this.text).trim()
      const whole = quick && this.text.length >= shortest && label.length > 0
      this.reset()
      return whole ? label : null
    }
    if (key.length !== 1) {
      this.reset()
      return null
    }
    this.text = quick ? this.text + key : key
    this.lastAt_ms = at_ms
    return null
  }

  /** Characters typed so far without a pause; one means that a burst may have just begun. */
  get length() {
    return this.text.length
  }

  reset() {
    this.text = ''
    this.lastAt_ms = -Infinity
  }
}

// Code 39: the barcode that every scanner reads as it comes out of its box. n = narrow, w = wide.
const patterns: Record<string, string> = {
  '0': 'nnnwwnwnn', '1': 'wnnwnnnnw', '2': 'nnwwnnnnw', '3': 'wnwwnnnnn', '4': 'nnnwwnnnw', '5': 'wnnwwnnnn', '6': 'nnwwwnnnn',
  '7': 'nnnwnnwnw', '8': 'wnnwnnwnn', '9': 'nnwwnnwnn', A: 'wnnnnwnnw', B: 'nnwnnwnnw', C: 'wnwnnwnnn', D: 'nnnnwwnnw',
  E: 'wnnnwwnnn', F: 'nnwnwwnnn', G: 'nnnnnwwnw', H: 'wnnnnwwnn', I: 'nnwnnwwnn', J: 'nnnnwwwnn', K: 'wnnnnnnww', L: 'nnwnnnnww',
  M: 'wnwnnnnwn', N: 'nnnnwnnww', O: 'wnnnwnnwn', P: 'nnwnwnnwn', Q: 'nnnnnnwww', R: 'wnnnnnwwn', S: 'nnwnnnwwn', T: 'nnnnwnwwn',
  U: 'wwnnnnnnw', V: 'nwwnnnnnw', W: 'wwwnnnnnn', X: 'nwnnwnnnw', Y: 'wwnnwnnnn', Z: 'nwwnwnnnn', '-': 'nwnnnnwnw', '.': 'wwnnnnwnn',
  ' ': 'nwwnnnwnn', '*': 'nwnnwnwnn',
}
const wide = 2.5

/** Bars as [from, width] in narrow units, and the whole width with its quiet zones. */
export function code39(text: string): { bars: [number, number][]; width: number } {
  const bars: [number, number][] = []
  let at = 10
  for (const letter of `*${text.toUpperCase()}*`) {
    const pattern = patterns[letter]
    if (!pattern) throw new Error(`Code 39 cannot write “${letter}”.`)
    ;[...pattern].forEach((size, index) => {
      const width = size === 'w' ? wide : 1
      if (index % 2 === 0) bars.push([at, width])
      at += width
    })
    at += 1
  }
  return { bars, width: at + 9 }
}

// A colour and a letter for each project or state, the same on every visit.
export const tints = 8

/** Stable over reloads: the same project always has the same tint. */
export function tintOf(word: string): number {
  let hash = 2166136261
  for (const letter of word) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16777619)
  return (hash >>> 0) % tints
}

/** One letter for each word, unlike its neighbours where the alphabet allows it. */
export function lettersFor(words: readonly string[]): Map<string, string> {
  const letters = new Map<string, string>()
  const used = new Set<string>()
  for (const word of [...new Set(words)].sort()) {
    const wanted = [...word.toUpperCase().replace(/[^A-Z0-9]/g, ''), ...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
    const letter = wanted.find((one) => !used.has(one)) ?? '•'
    used.add(letter)
    letters.set(word, letter)
  }
  return letters
}

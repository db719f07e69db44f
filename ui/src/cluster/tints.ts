const tints = 8
const seen = new Map<string, number>()

/** A colour for each name, the same for as long as the page is open, whoever comes and goes. */
export function tintsFor(names: readonly string[]): ReadonlyMap<string, number> {
  for (const name of names) if (!seen.has(name)) seen.set(name, seen.size % tints)
  return seen
}
/** A node's colour and mark: the mark tells it apart without the colour. */
export interface Look {
  mark: string
  tint: number
}
export type Looks = ReadonlyMap<string, Look>

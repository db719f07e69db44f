// A pasted list for a lane: one sample per line, with its indexes where the kit gives them.
export interface Assignment {
  sample: string
  lane?: number
  index_i7?: string
  index_i5?: string
}

/** As it is typed: what was refused can be sent again, to the lane it was meant for. */
export const lineOf = ({ lane, sample, index_i7, index_i5 }: Assignment): string => [...(lane ? [lane] : []), sample, index_i7, index_i5].join('\t').trimEnd()

/** `label`, or `label i7 i5`, or `lane label i7 i5`; separated by tab, comma or semicolon. */
export function parseAssignments(pasted: string): Assignment[] {
  return pasted.split(/\r?\n/).flatMap((line) => {
    const cells = line.split(/[\t,;]/).map((cell) => cell.trim())
    const lane = /^\d{1,2}$/.test(cells[0] ?? '') && cells.length > 1 ? Number(cells.shift()) : undefined
    // By their place: an index that is mistyped is refused by the node, in words, and not left out here.
    const [sample, i7, i5] = cells
    if (!sample) return []
    return [{ sample, ...(lane ? { lane } : {}), ...(i7 ? { index_i7: i7.toUpperCase() } : {}), ...(i5 ? { index_i5: i5.toUpperCase() } : {}) }]
  })
}

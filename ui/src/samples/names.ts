/** A pasted or scanned list: one name or label per line, or separated by tab, comma or semicolon. */
export function parseNames(pasted: string): string[] {
  const names = pasted
    .split(/[\n\r\t,;]+/)
    .map((name) => name.trim().replace(/^"(.*)"$/, '$1'))
    .filter((name) => name !== '')
  return [...new Set(names)]
}
export const names_max = 500

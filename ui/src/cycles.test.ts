import { expect, it } from 'vitest'

const sources = import.meta.glob<string>('./**/*.{ts,tsx}', { query: '?raw', import: 'default', eager: true })

/** `~/a/b` and `../b` as the file they mean; nothing for a library. */
function fileOf(from: string, wanted: string): string | undefined {
  if (!/^[~.]/.test(wanted)) return undefined
  const path = new URL(wanted.replace(/^~\//, '/'), `http://src${from.slice(1)}`).pathname
  return ['.ts', '.tsx'].map((end) => `.${path}${end}`).find((file) => file in sources)
}
const importsOf = (file: string) =>
  [...(sources[file] ?? '').matchAll(/(?:from |import |import\()'([^']+)'/g)].flatMap(([, wanted]) => fileOf(file, wanted ?? '') ?? [])

/** The first way that leads back to where it began. */
function circle(): string[] | null {
  const done = new Set<string>()
  const walk = (file: string, way: string[]): string[] | null => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (done.has(file)) return null
    for (const next of importsOf(file)) {
      const found = walk(next, [...way, file])
      if (found) return found
    }
    done.add(file)
    return null
  }
  for (const file of Object.keys(sources)) {
    const found = walk(file, [])
    if (found) return found
  }
  return null
}

it('no file imports itself by way of others, not even for a type', () => {
  expect(importsOf('./app/router.tsx')).toContain('./samples/SamplesPage.tsx')
  expect(circle()).toBeNull()
})

// First JavaScript of each page, gzipped: the entry, the page's chunk and all they import at once.
// Fails above the limit.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const limit_kb = 200
const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))
const sizes = new Map()
const size = (file) => {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length)
  return sizes.get(file)
}
const reach = (key, seen = new Set()) => {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const next of manifest[key]?.imports ?? []) reach(next, seen)
  return seen
}
const weigh = (keys) => {
  const files = new Set()
  const styles = new Set()
  for (const key of keys)
    for (const one of reach(key)) {
      files.add(manifest[one].file)
      for (const css of manifest[one].css ?? []) styles.add(css)
    }
  const sum = (all) => [...all].reduce((total, file) => total + size(file), 0) / 1000
  return { js: sum(files), css: sum(styles) }
}

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry)
let worst = 0
// Dialogs and the search are fetched behind a page that is seen already.
const pages = manifest[entry].dynamicImports.filter((key) => /(Page|SignIn)\.tsx$/.test(key))
for (const page of pages) {
  const { js, css } = weigh([entry, page])
  worst = Math.max(worst, js)
  console.log(`${page.padEnd(44)} ${js.toFixed(1).padStart(7)} kB js  ${css.toFixed(1).padStart(6)} kB css`)
}
if (worst > limit_kb) {
  console.error(`A page needs ${worst.toFixed(1)} kB of JavaScript before it shows; the limit is ${limit_kb} kB.`)
  process.exit(1)
}

// The page in a real browser against a running node.
//   TRACSEQ_URL=http://127.0.0.1:8089 TRACSEQ_TOKEN=… [TRACSEQ_SHOTS=DIR] node tests/browser/run.mjs [PART…]
import { check, closeBrowsers, complaints, expect, token, totals } from './harness.mjs'

const parts = ['sign_in', 'storage', 'samples', 'slips', 'imports', 'runs', 'scan', 'search', 'notifications', 'audit', 'live', 'keyboard', 'own_node', 'cluster', 'look']
// Only by name: it takes minutes, root and a cluster of its own. It is a part of tools/test by itself.
const byName = ['friday']
const wanted = process.argv.slice(2)
const unknown = wanted.filter((part) => ![...parts, ...byName].includes(part))
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. Parts: ${[...parts, ...byName].join(', ')}.`)
  process.exit(2)
}
if (!token && !(wanted.length > 0 && wanted.every((part) => byName.includes(part)))) {
  console.error('TRACSEQ_TOKEN is empty: the page cannot be signed in.')
  process.exit(2)
}
for (const part of [...parts, ...byName].filter((one) => (wanted.length === 0 ? parts : wanted).includes(one))) {
  const { default: run } = await import(`./flows/${part}.mjs`)
  await run().catch((error) => check(`${part} runs to its end`, () => { throw error }))
  await closeBrowsers()
}
await check('no script failed and no policy was broken', () => expect(complaints.length === 0, [...new Set(complaints)].join('\n')))
const { passed, failed, skipped, wrong } = totals()
console.log(`1..${passed + failed + skipped}`)
if (failed > 0) console.log(`\nOnce more, what failed:\n${wrong.join('\n')}\n`)
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(failed > 0 ? 1 : 0)

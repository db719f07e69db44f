// A Friday afternoon: somebody imports five thousand rows on the page, and meanwhile whatever can break, breaks.
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { call, check, expect, openBrowser, openPage, shootAll, skip, stamp, until } from '../harness.mjs'

const project = fileURLToPath(new URL('../../..', import.meta.url))
const program = process.env.TRACSEQ_PROGRAM ?? join(project, 'build/tracseq')
const rows = 5000

/** tools/cluster in a folder of its own. */
class Cluster {
  folder = mkdtempSync(join(tmpdir(), 'tracseq-friday-'))

  do(...words) {
    return new Promise((done, failed) =>
      execFile(join(project, 'tools/cluster'), ['--dir', this.folder, ...words], { timeout: 180_000 }, (problem, stdout, stderr) =>
        problem ? failed(new Error(`tools/cluster ${words.join(' ')}: ${stderr}`)) : done(stdout),
      ),
    )
  }
  async state() {
    return JSON.parse(await this.do('status', '--json').catch((problem) => { throw problem }))
  }
  async remove() {
    await this.do('down', '--delete').catch(() => undefined)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export default async function () {
  const name = 'a Friday afternoon'
  if (spawnSync('java', ['-version'], { stdio: 'ignore' }).status !== 0) return skip(name, 'java is missing: tools/install-packages kafka')
  if (process.getuid() !== 0 || spawnSync('nft', ['--version'], { stdio: 'ignore' }).status !== 0) return skip(name, 'cutting networks needs root and nftables')
  const cluster = new Cluster()
  const got = []
  const receiver = createServer((request, answer) => {
    got.push(request.headers['webhook-id'])
    request.resume()
    answer.writeHead(204).end()
  })
  try {
    await cluster.do('up', '3', '--proxy', 'none', '--serve-arg=--webhook-private-addresses')
    await afternoon(cluster, receiver, got)
  } finally {
    receiver.close()
    await cluster.remove()
  }
}

async function afternoon(cluster, receiver, got) {
  const { nodes, token, log } = await cluster.state()
  const [one, two, three] = nodes.map((node) => ({ address: node.url, token }))
  const host = new URL(one.address).hostname.replace(/\.\d+$/, '.1')
  const port = 20_000 + Math.floor(Math.random() * 9000)
  await call('POST', '/notification-rules', { name: 'done', event_types: ['import_completed'], channel: 'webhook', url: `http://${host}:${port}/` }, one)

  const page = await openPage(await openBrowser(), '/imports', { at: one })
  const seen = []
  let watching = true
  const watch = (async () => {
    while (watching) {
      // What the page says of the import at this moment.
      const words = await page.evaluate(() => document.querySelector('main')?.innerText ?? '').catch(() => '')
      seen.push(words)
      await new Promise((done) => setTimeout(done, 100))
    }
  })()
  await check('five thousand rows are imported while nodes die, are cut off and are upgraded', async () => {
    const sheet = ['Sample name,Type,Volume (µl)', ...Array.from({ length: rows }, (_, n) => `fri-${stamp}-${n},DNA,${n % 90}`)].join('\n')
    await page.locator('input[type=file]').setInputFiles({ name: 'friday.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) })
    await page.getByRole('button', { name: 'Import 5,000 samples' }).click({ timeout: 60_000 })
    await page.waitForURL(/\/imports\/[0-9a-f-]{36}/, { timeout: 60_000 })
    await cluster.do('kill', '2')
    await shootAll(page, 'friday-killed')
    await cluster.do('start', '2')
    await cluster.do('partition', '3', '1,2')
    await new Promise((done) => setTimeout(done, 3000))
    await cluster.do('heal')
    await cluster.do('stop', '3')  // and its program would be replaced now
    await cluster.do('start', '3')
    await page.getByText('5,000 samples registered.').waitFor({ timeout: 180_000 })
    await shootAll(page, 'friday-done')
  })
  watching = false
  await watch
  await check('the page never said what was not so', () => {
    const counts = seen.map((words) => /([\d,]+) of 5,000/.exec(words)?.[1]).filter(Boolean).map((text) => Number(text.replaceAll(',', '')))
    expect(counts.every((count, n) => count <= rows && (n === 0 || count >= counts[n - 1])), `it counted back: ${counts}`)
    for (const lie of ['Refused as a whole', 'It stopped and needs a person', 'Another file?']) expect(!seen.some((words) => words.includes(lie)), `it said "${lie}"`)
    const done = seen.findIndex((words) => words.includes('5,000 samples registered'))
    expect(done < 0 || seen.slice(done).every((words) => !/of 5,000/.test(words)), 'it was done, and then it was not')
  })
  await check('each node has the samples, once, and one import', async () => {
    for (const node of [one, two, three]) {
      await until('a node does not show all samples', async () => (await call('GET', '/imports?limit=10', undefined, node)).items[0]?.registered === rows, 60_000)
      const { items } = await call('GET', '/imports?limit=10', undefined, node)
      expect(items.length === 1 && items[0].state === 'completed', JSON.stringify(items.map((item) => item.state)))
      const names = new Set()
      for (let cursor = ''; ;) {
        const list = await call('GET', `/samples?limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, undefined, node)
        list.items.forEach((sample) => names.add(sample.name))
        cursor = list.next
        if (!cursor) break
      }
      expect(names.size === rows, `${names.size} names at ${node.address}`)
    }
  })
  await check('who was to be told was down, and is told once when he is back', async () => {
    expect(got.length === 0, 'it was told before anybody listened')
    await new Promise((done) => receiver.listen(port, host, done))
    await until('nothing was told', () => got.length > 0, 120_000)
    await new Promise((done) => setTimeout(done, 3000))
    expect(new Set(got).size === 1, `told as ${new Set(got).size} messages`)
  })
  await check('the history verifies', () => {
    const done = spawnSync(program, ['audit', 'verify', '--log', log], { encoding: 'utf8' })
    expect(done.status === 0, done.stdout + done.stderr)
    expect(existsSync(cluster.folder), 'the cluster is gone')
  })
  await page.close()
}

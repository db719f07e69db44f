// A Friday afternoon: somebody imports five thousand rows on the page, and meanwhile whatever can break, breaks.
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { call, check, expect, openBrowser, openPage, shootAll, skip, stamp, until } from '../harness.mjs'
import { program, project } from '../own_node.mjs'

const rows = 5000
/** Bounds for a machine that does much else. */
const long_ms = 180_000

/** tools/cluster in a folder of its own. */
class Cluster {
  folder = mkdtempSync(join(tmpdir(), 'tracseq-friday-'))

  run(...words) {
    return new Promise((done) =>
      execFile(join(project, 'tools/cluster'), ['--dir', this.folder, ...words], { timeout: 2 * long_ms }, (problem, stdout, stderr) => done({ problem, stdout, stderr })),
    )
  }
  async do(...words) {
    const { problem, stderr } = await this.run(...words)
    if (problem) throw new Error(`tools/cluster ${words.join(' ')}: ${stderr}`)
  }
  async state() {
    return JSON.parse((await this.run('status', '--json')).stdout)  // ends with 1 where a node is not ready
  }
  async remove() {
    await this.run('down', '--delete')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** The newer program for an upgrade, and why there is none. */
function nextProgram() {
  if (process.env.TRACSEQ_NEXT === 'no') return { why: 'TRACSEQ_NEXT=no: the newer program is not built' }
  const { status, stdout, stderr } = spawnSync('python3', [join(project, 'tests/cluster/next_build.py')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return { next: stdout.trim() }
}

export default async function () {
  const name = 'a Friday afternoon'
  if (spawnSync('java', ['-version'], { stdio: 'ignore' }).status !== 0) return skip(name, 'java is missing: tools/install-packages kafka')
  if (process.getuid() !== 0 || spawnSync('nft', ['--version'], { stdio: 'ignore' }).status !== 0) return skip(name, 'cutting networks needs root and nftables')
  const { next, why } = nextProgram()
  if (!next) skip('a node is upgraded to a newer program, and not only started again', why)
  const cluster = new Cluster()
  const got = []
  const receiver = createServer((request, answer) => {
    got.push(request.headers['webhook-id'])
    request.resume()
    answer.writeHead(204).end()
  })
  try {
    await cluster.do('up', '3', '--serve-arg=--webhook-private-addresses')
    await afternoon(cluster, receiver, got, next)
  } finally {
    receiver.close()
    await cluster.remove()
  }
}

/** In which partition a stream lies: FNV-1a, as docs/formats.md has it. */
function partitionOf(stream, partitions) {
  let hash = 0xcbf29ce484222325n
  for (const byte of Buffer.from(stream)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  return Number(hash % BigInt(partitions))
}

/** What a page says, noted all the time: all of it, in order, and how to end that. */
function follow(page) {
  const seen = []
  let goes_on = true
  const ended = (async () => {
    while (goes_on) {
      const words = await page.evaluate(() => document.querySelector('main')?.innerText ?? '').catch(() => '')
      if (words !== seen.at(-1)) seen.push(words)
      await new Promise((done) => setTimeout(done, 50))
    }
  })()
  return {
    seen,
    end: () => {
      goes_on = false
      return ended
    },
  }
}

/** "Ready" … as the table of nodes has it in what a page said; undefined where it does not list the node. */
const stateIn = (words, node) =>
  new RegExp(`^${node.name}(?: \\(this page\\))?$[^]{0,120}?\\b(Ready|Starting|Not ready|Stopping|Stopped|Unreachable)\\b`, 'm').exec(words)?.[1]

const pause = (ms) => new Promise((done) => setTimeout(done, ms))

/** The process works a tenth of the time, until what this gives is called. */
function slowDown(pid) {
  let slow = true
  const ended = (async () => {
    while (slow) {
      process.kill(pid, 'SIGSTOP')
      await pause(180)
      process.kill(pid, 'SIGCONT')
      await pause(20)
    }
  })()
  return () => {
    slow = false
    return ended
  }
}

async function afternoon(cluster, receiver, got, next) {
  const { nodes, url, token, log } = await cluster.state()
  const all = nodes.map(({ node, url, pid }) => ({ number: node, name: `node-${node}`, address: url, token, pid }))
  const proxy = { address: url, token }
  const host = new URL(url).hostname
  const port = 20_000 + Math.floor(Math.random() * 9000)
  await call('POST', '/notification-rules', { name: 'done', event_types: ['import_completed'], channel: 'webhook', url: `http://${host}:${port}/` }, proxy)

  // As in a laboratory: whoever works has the address of the proxy.
  const browser = await openBrowser()
  const page = await openPage(browser, '/imports', { at: proxy })
  const map = await openPage(browser, '/cluster', { at: proxy })
  const saysOfImport = follow(page)
  const saysOfCluster = follow(map)
  let id = ''
  let upgraded = null
  /** How far the import is, as the first of some nodes says that answers. */
  const progress = async (of = all) => {
    for (const node of of) {
      const found = await call('GET', `/imports/${id}`, undefined, node).catch(() => null)
      if (found) return found
    }
    throw new Error('no node shows the import')
  }
  const tell = async (words, of) => {
    const { state, registered } = await progress(of)
    console.log(`  # ${words}: ${state}, ${registered} of ${rows}`)
    return state
  }

  let first
  let second
  let third
  // How much the cluster page had said before a node was killed, one was upgraded, and the first was started again.
  let said_alive = 0
  let said_old = 0
  let said_dead = 0
  let samples = []
  await check('the owner of an import is killed under it, the network is cut, a node is upgraded: the page says when all is there', async () => {
    const sheet = ['Sample name,Type,Volume (µl)', ...Array.from({ length: rows }, (_, n) => `fri-${stamp}-${n},DNA,${n % 90}`)].join('\n')
    await page.locator('input[type=file]').setInputFiles({ name: 'friday.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) })
    // A quick machine is done within a second, before anybody could do anything: so Kafka has a bad day, too.
    const fast = slowDown(Number(readFileSync(join(cluster.folder, 'kafka', 'pid'), 'utf8')))
    try {
      await page.getByRole('button', { name: 'Import 5,000 samples' }).click({ timeout: 60_000 })
      await page.waitForURL(/\/imports\/[0-9a-f-]{36}/, { timeout: 60_000 })
      id = /\/imports\/([0-9a-f-]{36})/.exec(page.url())[1]
      const { partitions } = await call('GET', '/cluster', undefined, proxy)
      const { owner } = partitions[partitionOf(`import/${id}`, partitions.length)]
      first = all.find((node) => node.name === owner)
      ;[second, third] = all.filter((node) => node !== first)
      await until('no sample is registered', async () => (await progress([second])).registered > 0, 60_000)
      said_alive = saysOfCluster.seen.length
      process.kill(first.pid, 'SIGKILL')
      const cut = cluster.do('partition', `${third.number}`, `${first.number},${second.number}`)
      const then = await tell(`${first.name}, which owned the import, was killed`, [second, third])
      expect(then !== 'completed', 'the import was over before its owner was killed')
      await cut
    } finally {
      await fast()
    }
    await tell(`${third.name} was cut off`, [second, third])
    await map.getByText(`${first.name} cannot be reached`).first().waitFor({ timeout: long_ms })
    await shootAll(page, 'friday-cut')
    await shootAll(map, 'friday-cut-cluster')
    await tell('the network is mended', [second, third])
    await cluster.do('heal')
    await tell(`${third.name} is stopped`, [second, third])
    await cluster.do('stop', `${third.number}`)
    said_old = saysOfCluster.seen.length
    await cluster.do('start', `${third.number}`, ...(next ? ['--program', next] : []))
    upgraded = third
    await shootAll(map, 'friday-upgraded-cluster')
    // It never met the one that is dead: what it says of the cluster is to be seen, too.
    const bySecondAndThird = () => [second, third].every((by) => saysOfCluster.seen.slice(said_old).some((words) => words.includes(`as ${by.name} sees them`) && stateIn(words, third) === 'Ready'))
    await until('the page was not answered by each node that lives', async () => bySecondAndThird(), long_ms)
    said_dead = saysOfCluster.seen.length
    await cluster.do('start', `${first.number}`)
    await page.getByText('5,000 samples registered.').waitFor({ timeout: long_ms })
    await shootAll(page, 'friday-done')
  })
  await saysOfImport.end()
  await saysOfCluster.end()
  await check('the page never said what was not so', () => {
    const { seen } = saysOfImport
    const counts = seen.map((words) => /^([\d,]+) of 5,000$/m.exec(words)?.[1]).filter(Boolean).map((text) => Number(text.replaceAll(',', '')))
    expect(counts.length > 0 && counts.every((count, n) => count <= rows && (n === 0 || count >= counts[n - 1])), `it counted back: ${counts}`)
    for (const lie of ['Refused as a whole', 'It stopped and needs a person', 'Another file?']) expect(!seen.some((words) => words.includes(lie)), `it said "${lie}"`)
    const done = seen.findIndex((words) => words.includes('5,000 samples registered'))
    expect(done < 0 || seen.slice(done).every((words) => !/^[\d,]+ of 5,000$/m.test(words)), 'it was done, and then it was not')
  })
  await check('nor did the page of the cluster', () => {
    const seen = saysOfCluster.seen.map((words) => words.split('Changes while you look')[0])
    const told = `${first.name} cannot be reached`
    const known = seen.findIndex((words) => words.includes(told))
    expect(known >= said_alive && said_dead > known, `${said_alive} to ${said_dead} of ${seen.length}, and "${told}" is ${known}`)
    expect(seen.slice(known, said_dead).some((words) => stateIn(words, first) === 'Unreachable'), `it never lists ${first.name} as unreachable`)
    for (const [at, words] of seen.entries()) {
      const trouble = /\b(Unreachable|cannot be reached|is not ready|is not reached|\d+ of 12 served)\b/.exec(words)?.[0]
      const well = words.includes('All is well.')
      if (at < said_alive) expect(!/cannot be reached|Unreachable/.test(words), `all nodes ran, and it said:\n${words}`)
      expect(!well || (!trouble && words.includes('All 12 served')), `all is well, and "${trouble}":\n${words}`)
      // Whichever node answered: one of them knew it, and nobody had started it again.
      if (at >= known && at < said_dead) expect(!well && stateIn(words, first) !== 'Ready', `${first.name} was dead, and it said:\n${words}`)
      if (at < said_old || !next) expect(!words.includes('An upgrade is in progress'), `there was no upgrade, and it said:\n${words}`)
    }
  })
  await check('each node has the samples, once, and one import', async () => {
    for (const node of all) {
      await until('a node does not show all samples', async () => (await call('GET', '/imports?limit=10', undefined, node)).items[0]?.registered === rows, 60_000)
      const { items } = await call('GET', '/imports?limit=10', undefined, node)
      expect(items.length === 1 && items[0].state === 'completed', JSON.stringify(items.map((item) => item.state)))
      samples = []
      for (let cursor = ''; ;) {
        const list = await call('GET', `/samples?limit=500${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, undefined, node)
        samples.push(...list.items)
        cursor = list.next
        if (!cursor) break
      }
      const names = new Set(samples.map((sample) => sample.name))
      expect(samples.length === rows && names.size === rows, `${samples.length} samples, ${names.size} names at ${node.address}`)
    }
  })
  await check('who was to be told was down, and is told once when he is back', async () => {
    expect(got.length === 0, 'it was told before anybody listened')
    await new Promise((done) => receiver.listen(port, host, done))
    // After the fourth attempt it waits for up to 2.4 minutes, and a busy machine may have come that far.
    await until('nothing was told', async () => got.length > 0, 300_000)
    await pause(3000)
    expect(new Set(got).size === 1, `told as ${new Set(got).size} messages`)
  })
  await check('the cluster page says that all is well again, and of two versions', async () => {
    for (const node of all) {
      const seen_by = (await call('GET', '/cluster', undefined, node)).nodes.map((one) => one.name).sort()
      expect(`${seen_by}` === 'node-1,node-2,node-3', `${node.name} knows of ${seen_by}`)
    }
    await map.getByText('All 12 served').waitFor({ timeout: long_ms })
    if (next) await map.getByText('An upgrade is in progress').first().waitFor({ timeout: long_ms })
    else await map.getByText('All is well.').waitFor({ timeout: long_ms })
    await shootAll(map, 'friday-end-cluster')
  })
  if (next && upgraded)
    await check('who is not upgraded waits for it, and says so; upgraded, it goes on', async () => {
      // Where the newer program decides it writes what the older one cannot read. Of all samples: those that were
      // registered one after another lie in one partition.
      const sample = await until(`${upgraded.name} owns no sample`, async () => {
        const { partitions } = await call('GET', '/cluster', undefined, upgraded)
        return samples.find((one) => partitions[partitionOf(`sample/${one.id}`, partitions.length)].owner === upgraded.name)
      }, long_ms)
      await call('POST', `/samples/${sample.id}:receive`, { condition: 'frozen' }, upgraded)
      const others = all.filter((node) => node !== upgraded)
      const looks = await openPage(browser, '/cluster', { at: upgraded })
      for (const node of others) await looks.getByText(new RegExp(`^${node.name} is not ready: .*newer TracSeq.*Upgrade this node`)).waitFor({ timeout: long_ms })
      await looks.getByText('All 12 served').waitFor({ timeout: long_ms })
      await shootAll(looks, 'friday-waits-cluster')
      await looks.close()
      for (const node of others) {
        await cluster.do('stop', `${node.number}`)
        await cluster.do('start', `${node.number}`, '--program', next)
      }
      await map.getByText('All is well.').waitFor({ timeout: long_ms })
      for (const node of all) await until(`${node.name} does not show the sample as received`, async () => (await call('GET', `/samples/${sample.id}`, undefined, node)).state === 'received', 60_000)
    })
  await check('the history verifies', () => {
    const done = spawnSync(next ?? program, ['audit', 'verify', '--log', log], { encoding: 'utf8' })
    expect(done.status === 0, done.stdout + done.stderr)
  })
  await page.close()
  await map.close()
}

import { axe, call, check, expect, openBrowser, openPage, shootAll, skip, until } from '../harness.mjs'
import { OwnCluster, whyNoBroker } from '../own_cluster.mjs'

/** Bounds for a machine that does much else; on a quiet one each of these takes a second or a few. */
const soon = { timeout: 60_000 }

export default async function () {
  await alone()
  const why = whyNoBroker()
  if (why) return skip('three nodes, of which some end', why)
  const cluster = new OwnCluster()
  try {
    await cluster.start(3)
    await threeNodes(cluster)
  } finally {
    await cluster.remove()
  }
}

async function fits(page) {
  const found = await axe(page)
  expect(found.length === 0, found.join('\n'))
  const before = page.viewportSize()
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 844 })
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(over <= 0, `at ${width} px it is ${over} px too wide`)
  }
  await page.setViewportSize(before)
}

async function alone() {
  const page = await openPage(await openBrowser(), '/cluster')
  await check('a node that is alone says so, and how to add more', async () => {
    await page.getByRole('heading', { name: 'This is one node' }).waitFor()
    for (const words of ['cluster.address', 'cluster.secret_file', 'tracseq log copy']) await page.getByText(words).first().waitFor()
    expect((await page.getByRole('row').count()) === 2, 'there is more than one node')
    await shootAll(page, 'cluster-alone')
    await fits(page)
  })
  await page.close()
}

const rowOf = (page, node) => page.getByRole('table', { name: 'Nodes' }).getByRole('row').filter({ hasText: node.name })
/** Partition by partition, as the map tells it: "node-1, open". */
const owners = (page) => page.getByRole('option').evaluateAll((all) => all.map((one) => one.title.replace(/^Partition \d+: (.*), claim .*$/, '$1')))
const ownedBy = async (page, node) => (await owners(page)).filter((one) => one === `${node.name}, open`).length
const served = async (page) => (await owners(page)).filter((one) => one.endsWith(', open')).length

async function threeNodes(cluster) {
  const [one, two, three] = cluster.nodes
  for (let sample = 0; sample < 12; sample++) await call('POST', '/samples', { name: `Sample ${sample}` }, one)
  const page = await openPage(await openBrowser(), '/cluster', { at: one })
  await page.evaluate(() => { window.neverReloaded = true })
  await check('three nodes are shown ready, each with its share', async () => {
    await until('not every node owns partitions', async () => (await Promise.all([one, two, three].map((node) => ownedBy(page, node)))).every((count) => count > 0), 60_000)
    for (const node of cluster.nodes) await rowOf(page, node).getByText('Ready', { exact: true }).waitFor(soon)
    await page.getByText('All 12 served').waitFor(soon)
    await page.getByText('All is well.').waitFor(soon)
    await page.getByRole('link', { name: 'node-1 answers this page, one of 3 nodes' }).waitFor()
    expect((await rowOf(page, two).getByRole('link', { name: 'node-2' }).getAttribute('href')) === `${two.address}/cluster`, 'no link to the page of node-2')
    await shootAll(page, 'cluster')
    await fits(page)
  })
  await check('a page open on node-1 sees what is done at node-3, without a reload', async () => {
    const looks = await openPage(page.context(), '/samples', { at: one })
    await looks.getByText('Live', { exact: true }).waitFor(soon)
    await looks.getByRole('table', { name: 'Samples' }).waitFor(soon)
    await looks.evaluate(() => { window.neverReloaded = true })
    const { id } = await call('POST', '/samples', { name: 'Done at node-3' }, three)
    // A new row waits behind a button, so that none moves under a person's hand.
    await looks.getByRole('button', { name: '1 new: show' }).click(soon)
    await looks.getByRole('link', { name: 'Done at node-3' }).click(soon)
    await looks.getByText('Registered', { exact: true }).first().waitFor(soon)
    await call('POST', `/samples/${id}:receive`, {}, three)
    await looks.getByText('Received', { exact: true }).first().waitFor(soon)
    expect(await looks.evaluate(() => window.neverReloaded), 'the page was loaded again')
    await looks.close()
  })
  await check('the command line shows the same, and finds all well', async () => {
    const { code, stdout } = await cluster.command(one, 'cluster', 'status', '--check')
    expect(code === 0, `it ended with ${code}: ${stdout}`)
    for (const words of [/3 nodes and 12 partitions, as node-1 \(\*\) sees them/, /node-1 \* +ready +\d/, /node-3 +ready +\d/, /PARTITION +OWNER +CLAIM/]) expect(words.test(stdout), `${words} is not in\n${stdout}`)
    const plain = await cluster.command(three, 'cluster', 'status', '--plain')
    expect(plain.stdout.match(/^partition\t\d+\tnode-\d\t\d+\t\S+ \S+\topen\t\d+$/gm)?.length === 12, plain.stdout)
  })
  await check('the map is walked by arrows, and its table opened by keys', async () => {
    await page.getByRole('option').first().focus()
    await page.keyboard.press('End')
    await page.keyboard.press('ArrowLeft')
    expect((await page.evaluate(() => document.activeElement.dataset.partition)) === '10', 'the arrows do not walk')
    await page.getByLabel('Partition 10', { exact: true }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    const rows = page.getByRole('region', { name: 'All partitions' }).getByRole('row')
    await until('the table has not a row for each partition', async () => (await rows.count()) === 13, 30_000)
    await fits(page)
    await page.getByText('All partitions as a table').press('Enter')
  })
  await check('a node that is killed is told, and its partitions are seen at others, without a reload', async () => {
    const lost = await ownedBy(page, two)
    await two.stop('SIGKILL')
    await rowOf(page, two).getByText('Unreachable', { exact: true }).waitFor(soon)
    await page.getByText('node-2 cannot be reached').waitFor(soon)
    await until('its partitions have no other owner', async () => (await served(page)) === 12 && (await ownedBy(page, two)) === 0, 60_000)
    await page.getByRole('log').getByText('moved from node-2 to').first().waitFor(soon)
    expect(lost > 0 && (await page.evaluate(() => window.neverReloaded)), 'the page was loaded again')
    await shootAll(page, 'cluster-lost')
    await fits(page)
  })
  await check('the command line then ends with 6, and says why', async () => {
    const { code, stdout, stderr } = await cluster.command(one, 'cluster', 'status', '--check')
    expect(code === 6, `it ended with ${code}: ${stdout}${stderr}`)
    expect(/node-2 is unreachable/.test(stderr) && /node-2 +unreachable .* none /.test(stdout), stdout + stderr)
    expect((await cluster.command(one, 'cluster', 'status')).code === 0, 'it judges without being asked')
  })
  await check('when it is started again it is ready and gets partitions back', async () => {
    await cluster.again(two)
    await rowOf(page, two).getByText('Ready', { exact: true }).waitFor(soon)
    await until('it got no partition', async () => (await ownedBy(page, two)) > 0, 90_000)
    await page.getByText('All is well.').waitFor(soon)
  })
  await check('a node that is stopped in good order is no trouble', async () => {
    await two.stop()
    await rowOf(page, two).getByText('Stopped', { exact: true }).waitFor(soon)
    await until('its partitions have no other owner', async () => (await served(page)) === 12 && (await ownedBy(page, two)) === 0, 60_000)
    await page.getByText('All is well.').waitFor(soon)
    await shootAll(page, 'cluster-stopped')
    const { code, stdout, stderr } = await cluster.command(one, 'cluster', 'status', '--check')
    expect(code === 0 && /node-2 +stopped/.test(stdout), `${code}: ${stdout}${stderr}`)
  })
  await check('a node that hangs is no longer taken for current', async () => {
    one.process.kill('SIGSTOP')
    try {
      await page.getByText(/^Old: as it was at/).waitFor(soon)
      expect((await page.getByText('All is well.').count()) === 0, 'it says that all is well')
    } finally {
      one.process.kill('SIGCONT')
    }
    await page.getByText('Current', { exact: true }).waitFor(soon)
    await until('not every partition is served', async () => (await served(page)) === 12, 60_000)
  })
  await check('a page whose own node goes away names it, and leads to the same page of another', async () => {
    await one.stop('SIGKILL')
    await page.getByText('node-1 does not answer.').first().waitFor(soon)
    await page.getByText(/^Old: as it was at/).waitFor(soon)
    const other = page.getByRole('status').filter({ hasText: 'node-1 does not answer.' }).getByRole('link', { name: 'node-3' })
    expect((await other.getAttribute('href')) === `${three.address}/cluster`, 'it leads elsewhere')
    await shootAll(page, 'cluster-away')
    await fits(page)
    expect((await cluster.command(one, 'cluster', 'status', '--check')).code === 6, 'a node that does not answer is well')
  })
  await check('when its node is back the page goes on by itself', async () => {
    await cluster.again(one)
    await page.getByText('Current', { exact: true }).waitFor(soon)
    await page.getByText('does not answer').first().waitFor({ state: 'detached', ...soon })
    await rowOf(page, one).getByText('Ready', { exact: true }).waitFor(soon)
    expect(await page.evaluate(() => window.neverReloaded), 'the page was loaded again')
  })
}

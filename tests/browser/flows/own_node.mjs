import { axe, call, check, expect, openBrowser, openPage, shoot } from '../harness.mjs'
import { OwnNode } from '../own_node.mjs'

const words = /^(Register|Receive|Accept|Place|Move|Take out|Add|Plan|Validate|Queue|Start|Complete|Fail|New rule|Change|More|Choose a file|Import|Retry|Skip|Resume|Send again|Mark|Read$|Confirm|Undo)\b/

export default async function () {
  const node = new OwnNode()
  try {
    await node.start()
    await empty(node)
    await lost(node)
    await readOnly(node)
  } finally {
    await node.remove()
  }
}

async function empty(node) {
  const page = await openPage(await openBrowser(), '/', { at: node })
  await check('an empty laboratory says what to do first', async () => {
    await page.getByText('This laboratory is empty.').waitFor()
    await shoot(page, 'empty-home')
    for (const [path, title] of [['/samples', 'No samples yet'], ['/storage', 'No storage yet'], ['/runs', 'No runs yet'], ['/imports', 'No imports yet'], ['/notifications', 'No rules yet']]) {
      await page.goto(node.address + path)
      await page.getByRole('heading', { name: title }).waitFor()
      await shoot(page, `empty${path.replace('/', '-')}`)
      const found = await axe(page)
      expect(found.length === 0, found.join('\n'))
    }
  })
}

async function lost(node) {
  const sample = await call('POST', '/samples', { name: 'The only one' }, node)
  const rule = { name: 'Received', event_types: ['sample_received'], channel: 'inbox', urgency: 'normal' }
  await call('POST', '/notification-rules', rule, node)
  await call('POST', '/storage-units', { kind: 'box', name: 'Box 1', layout: { rows: 9, columns: 9 } }, node)
  await call('POST', '/runs', { name: 'Run 1', instrument: 'M1', instrument_model: 'Illumina MiSeq', lanes: 1 }, node)
  const page = await openPage(await openBrowser(), `/samples/${sample.id}`, { at: node })
  await page.getByText('Live', { exact: true }).waitFor()
  await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('FormDialogBody')))
  await page.waitForLoadState('networkidle').catch(() => undefined)
  await check('a server that is gone is told at once, and a command then says that nothing was saved', async () => {
    await node.stop('SIGKILL')
    const began = performance.now()
    await page.getByText('Not live: what you see may be old').waitFor()
    expect(performance.now() - began < 1500, 'it took too long to say so')
    await page.getByRole('button', { name: 'Receive' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Receive' }).click()
    await page.getByRole('dialog').getByText('Nothing was saved').waitFor()
    await shoot(page, 'lost-server')
  })
  await check('when it is back the same press is enough, and the page follows again', async () => {
    await node.start()
    await page.getByRole('dialog').getByRole('button', { name: 'Receive' }).click()
    await page.getByText('Received', { exact: true }).first().waitFor()
    await page.getByText('Live', { exact: true }).waitFor({ timeout: 20_000 })
    await call('POST', `/samples/${sample.id}:accept`, {}, node)
    await page.getByText('Accepted', { exact: true }).first().waitFor()
  })
}

async function readOnly(node) {
  const { items } = await call('GET', '/samples', undefined, node)
  const { items: runs } = await call('GET', '/runs', undefined, node)
  const { items: units } = await call('GET', '/storage-units', undefined, node)
  const paths = ['/', '/samples', `/samples/${items[0].id}`, '/storage', `/storage/${units[0].id}`, '/runs', `/runs/${runs[0].id}`, '/imports', '/scan', '/notifications', '/audit', '/system']
  await node.stop()
  await node.start('--read-only')
  const page = await openPage(await openBrowser(), '/', { at: node })
  await check('a node that is read only offers no change on any page', async () => {
    for (const path of paths) {
      await page.goto(node.address + path)
      await page.getByText('This node shows a history and takes no changes.').waitFor()
      await page.waitForFunction(() => !document.querySelector('[aria-label^="Loading"], .mantine-Skeleton-root'))
      const offered = await page.getByRole('main').getByRole('button').allInnerTexts()
      const links = await page.getByRole('main').getByRole('link', { name: /^(Import a sheet|Scan station)$/ }).count()
      const wrong = offered.filter((one) => words.test(one.trim()))
      expect(wrong.length === 0 && links === 0, `${path} offers ${wrong.join(', ') || 'a way to change things'}`)
    }
    await shoot(page, 'read-only')
  })
  await check('who would verify there is told where it is done', async () => {
    await page.goto(`${node.address}/audit`)
    await page.getByRole('button', { name: 'Verify the chain' }).click()
    await page.getByText('verify the log that it was made from').waitFor()
  })
}

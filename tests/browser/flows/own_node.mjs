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
    await copy(node)
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
  await check('a server that is gone is told at once, and a command then says that it had no answer', async () => {
    await node.stop('SIGKILL')
    const began = performance.now()
    await page.getByText('Not live: what you see may be old').waitFor()
    expect(performance.now() - began < 1500, 'it took too long to say so')
    await page.getByRole('button', { name: 'Receive' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Receive' }).click()
    await page.getByRole('dialog').getByText('Whether this was saved is not known').waitFor()
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
  const paths = ['/', '/samples', `/samples/${items[0].id}`, '/storage', `/storage/${units[0].id}`, '/runs', `/runs/${runs[0].id}`, '/imports', '/scan', '/notifications', '/audit', '/system', '/cluster']
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
}

async function copy(node) {
  await node.stop()
  const until = new Date().toISOString()
  const past = node.copy(until)
  try {
    await past.start('--read-only')
    const { items } = await call('GET', '/samples', undefined, past)
    const page = await openPage(await openBrowser(), `/samples/${items[0].id}`, { at: past })
    await check('a copy says of which moment it is, and nowhere that it is now', async () => {
      const year = String(new Date().getFullYear())
      await page.getByText('This is the history as it was at').filter({ hasText: year }).waitFor()
      await page.getByText(/^The end of the copy/).waitFor()
      await page.getByText('A copy of the past').waitFor()
      await shoot(page, 'copy-sample')
      for (const path of [`/samples/${items[0].id}`, '/', '/audit']) {
        await page.goto(past.address + path)
        await page.getByText('This is the history as it was at').waitFor()
        await page.waitForFunction(() => !document.querySelector('[aria-label^="Loading"], .mantine-Skeleton-root'))
        const words = await page.locator('body').innerText()
        const wrong = ['Live', 'Following', 'Now.', 'Back to now'].filter((one) => words.split('\n').some((line) => line.trim().startsWith(one)))
        expect(wrong.length === 0, `${path} says ${wrong.join(', ')}`)
      }
    })
    await check('the audit page of a copy shows its events', async () => {
      const events = page.getByRole('region', { name: 'Events' })
      await events.getByRole('listitem').first().waitFor()
      await shoot(page, 'copy-audit')
    })
    await check('who would verify there is told where it is done', async () => {
      await page.goto(`${past.address}/audit`)
      await page.getByRole('button', { name: 'Verify the chain' }).click()
      await page.getByRole('alert').getByText(/without a log.*verify/).waitFor()
    })
  } finally {
    await past.remove()
  }
}

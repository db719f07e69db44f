import { readFileSync } from 'node:fs'
import { call, check, expect, fixture, openBrowser, openPage, stamp, until } from '../harness.mjs'

/** Whether what has the focus looks different from the same without it. A copy tells: to take the focus away closes menus. */
function looksFocused() {
  const at = document.activeElement
  const look = (one) => {
    const { outlineStyle, boxShadow, borderColor } = getComputedStyle(one)
    return [outlineStyle, boxShadow, borderColor].join()
  }
  const copy = at.cloneNode(true)
  at.after(copy)
  const differs = look(at) !== look(copy)
  copy.remove()
  return differs
}

/** Presses Tab until the element with this name has the focus. */
async function tabTo(page, name, most = 60) {
  for (let pressed = 0; pressed < most; pressed++) {
    await page.keyboard.press('Tab')
    const words = await page.evaluate(() => {
      const at = document.activeElement
      return (at?.getAttribute('aria-label') || at?.labels?.[0]?.textContent || at?.textContent || '').trim()
    })
    if (words.startsWith(name)) {
      await until(`${name} shows no focus`, () => page.evaluate(looksFocused), 1000)
      return
    }
  }
  throw new Error(`Tab never reached “${name}”`)
}

/** A dialog is there, and its field has the focus: it gets that a moment after it is seen. */
async function dialogTakesKeys(page) {
  await page.getByRole('dialog').waitFor()
  await page.waitForFunction(() => document.activeElement?.matches('[role=dialog] input, [role=dialog] textarea'))
}

export default async function () {
  const page = await openPage(await openBrowser(), '/')
  await page.getByRole('heading', { name: 'My work' }).waitFor()
  await check('the first Tab offers to skip the menu', async () => {
    await page.evaluate(() => document.activeElement?.blur())
    await page.keyboard.press('Tab')
    expect((await page.evaluate(() => document.activeElement?.textContent)) === 'Skip to the page', 'there is no skip link')
  })
  await check('Ctrl K finds a page, by keys alone', async () => {
    await page.keyboard.press('Control+k')
    await page.getByLabel('Search everything').waitFor()
    await page.keyboard.type('Register a sam', { delay: 60 })
    await page.getByText('Register a sample').first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Register a sample' }).waitFor()
  })
  await check('a sample is registered by keys alone', async () => {
    await page.keyboard.type(`Keys ${stamp}`, { delay: 50 })
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: `Keys ${stamp}`, level: 1 }).waitFor()
  })
  await check('it is received and put on hold by keys alone', async () => {
    await tabTo(page, 'Receive')
    await page.keyboard.press('Enter')
    await page.getByRole('combobox', { name: 'Condition on arrival' }).waitFor()
    await page.keyboard.type('cooled', { delay: 50 })
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await tabTo(page, 'More')
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Correct the facts' }).waitFor()
    for (let at = 0; at < 6; at++) {
      if ((await page.evaluate(() => document.activeElement?.textContent)) === 'Put on hold') break
      await page.keyboard.press('ArrowDown')
    }
    await page.keyboard.press('Enter')
    await dialogTakesKeys(page)
    await page.keyboard.type('Waiting for the consent form', { delay: 45 })
    await tabTo(page, 'Put on hold')
    await page.keyboard.press('Enter')
    await page.getByText('On hold', { exact: true }).first().waitFor()
  })
  await check('a tube is placed and moved by keys alone', async () => {
    await call('POST', '/storage-units', { kind: 'box', name: `Key box ${stamp}`, barcode: `KBX-${stamp}`, layout: { rows: 9, columns: 9 } })
    await tabTo(page, 'End the hold')
    await page.keyboard.press('Enter')
    await page.getByText('Received', { exact: true }).first().waitFor()
    await tabTo(page, 'Accept')
    await page.keyboard.press('Enter')
    for (const [button, slot] of [['Place', 'B2'], ['Move', 'C3']]) {
      await page.getByRole('button', { name: button, exact: true }).waitFor()
      await tabTo(page, button)
      await page.keyboard.press('Enter')
      await dialogTakesKeys(page)
      await page.keyboard.type(`KBX-${stamp}`, { delay: 45 })
      await page.keyboard.press('Enter')
      await page.keyboard.type(slot, { delay: 45 })
      await page.keyboard.press('Enter')
      await page.getByRole('link', { name: `Key box ${stamp}` }).waitFor()
      await page.getByText(`Key box ${stamp} · ${slot}`).waitFor()
    }
  })
  await check('in the box the arrows walk, X cuts and V puts down', async () => {
    await tabTo(page, `Key box ${stamp}`)
    await page.keyboard.press('Enter')
    await page.getByRole('grid').waitFor()
    await tabTo(page, 'A1')
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowRight', 'x', 'End', 'v']) await page.keyboard.press(key)
    await page.getByRole('gridcell', { name: new RegExp(`C9: Keys ${stamp}`) }).waitFor()
  })
  await check('a sheet is pasted and imported by keys alone', async () => {
    await page.keyboard.press('Control+k')
    await page.getByLabel('Search everything').waitFor()
    await page.keyboard.type('Import a sh', { delay: 60 })
    await page.getByText('Import a sheet').first().waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Imports', level: 1 }).waitFor()
    const cells = readFileSync(fixture('submission.csv'), 'utf8').replaceAll('%STAMP%', `K${stamp}`)
    await page.evaluate((text) => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', text)
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
    }, cells)
    await page.getByRole('button', { name: 'Import 12 samples' }).waitFor()
    await tabTo(page, 'Import 12 samples')
    await page.keyboard.press('Enter')
    await page.getByText('12 samples registered.').waitFor({ timeout: 20_000 })
  })
  await check('a run is planned, filled and validated by keys alone', async () => {
    const label = `KRN-${stamp}`
    const sample = await call('POST', '/samples', { name: `Key run tube ${stamp}`, barcode: label })
    await call('POST', `/samples/${sample.id}:receive`, {})
    await call('POST', `/samples/${sample.id}:accept`, {})
    await page.evaluate(() => document.activeElement?.blur())
    await tabTo(page, 'Runs')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
    await tabTo(page, 'Plan a run')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Plan a run' }).waitFor()
    await page.keyboard.type(`Key run ${stamp}`, { delay: 45 })
    await tabTo(page, 'Instrument')
    await page.keyboard.type('M00146', { delay: 45 })
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: `Key run ${stamp}`, level: 1 }).waitFor()
    await tabTo(page, 'Labels, one per line')
    await page.keyboard.type(label, { delay: 45 })
    await tabTo(page, 'Put 1 sample on')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: sample.name }).waitFor()
    await tabTo(page, 'Validate')
    await page.keyboard.press('Enter')
    await page.getByText('Validated', { exact: true }).first().waitFor()
  })
}

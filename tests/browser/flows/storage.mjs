import { call, check, expect, openBrowser, openPage, stamp, until } from '../harness.mjs'

async function add(page, button, kind, name) {
  await page.getByRole('button', { name: button }).first().click()
  await page.getByLabel('What is it?').selectOption(kind)
  await page.getByRole('textbox', { name: /^Name/ }).fill(name)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
}

export default async function () {
  const page = await openPage(await openBrowser(), '/storage')
  await check('a freezer, a rack and a box are made, each in the other', async () => {
    await add(page, 'Add storage', 'freezer', `Freezer ${stamp}`)
    await add(page, 'Add inside', 'rack', `Rack ${stamp}`)
    await add(page, 'Add inside', 'box', `Box ${stamp}`)
    await page.getByRole('grid').waitFor()
    expect((await page.getByRole('gridcell').count()) === 81, 'the box has no 81 places')
    await page.getByRole('link', { name: `Rack ${stamp}` }).waitFor()
  })
  await check('Enter alone makes what is usual', async () => {
    await page.getByRole('link', { name: `Rack ${stamp}` }).click()
    await page.getByRole('heading', { name: `Rack ${stamp}`, level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Add inside' }).click()
    await page.getByLabel('What is it?').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Box 1', level: 1 }).waitFor()
  })
  await check('a rack names what is in it and what is free', async () => {
    await page.getByRole('link', { name: `Rack ${stamp}` }).click()
    await page.getByRole('heading', { name: `Rack ${stamp}`, level: 1 }).waitFor()
    await page.getByRole('link', { name: `Box ${stamp}` }).waitFor()
    await page.getByText(/Free places: 3–25/).waitFor()
  })
  await check('out of a box in maintenance tubes may be taken, into it none can be put', async () => {
    const box = await call('POST', '/storage-units', { kind: 'box', name: `Thawing ${stamp}`, layout: { rows: 2, columns: 2 } })
    const sample = await call('POST', '/samples', { name: `In the way ${stamp}` })
    await call('POST', `/samples/${sample.id}:receive`, {})
    await call('POST', `/samples/${sample.id}:accept`, {})
    await call('POST', `/samples/${sample.id}:place`, { unit: box.id, slot: 'A1' })
    await call('POST', `/storage-units/${box.id}:start-maintenance`, { reason: 'It is defrosted' })
    const other = await page.context().newPage()
    await other.goto(new URL(`/storage/${box.id}`, page.url()).href)
    await other.getByRole('status').getByText('It is defrosted').waitFor()
    await other.getByRole('gridcell', { name: 'A2: free' }).click()
    if (await other.getByRole('textbox', { name: /^Put a tube/ }).isVisible()) throw new Error('a tube can be put in')
    await other.getByRole('gridcell', { name: /^A1:/ }).click()
    await other.getByRole('button', { name: 'Take out (T)' }).click()
    await other.getByRole('textbox', { name: /^What for/ }).fill('another freezer')
    await other.getByRole('dialog').getByRole('button', { name: 'Take out' }).click()
    await other.getByRole('gridcell', { name: 'A1: free' }).waitFor()
    await other.close()
  })
  await check('a rename can be undone', async () => {
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    await page.getByLabel('New name').fill(`Rack ${stamp} renamed`)
    await page.getByRole('button', { name: 'Rename', exact: true }).click()
    await page.getByRole('heading', { name: `Rack ${stamp} renamed`, level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await until('the old name did not come back', () => page.getByRole('heading', { name: `Rack ${stamp}`, exact: true, level: 1 }).isVisible())
  })
}

import { check, expect, openBrowser, openPage, stamp, until } from '../harness.mjs'

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

import { check, expect, openBrowser, openPage, stamp } from '../harness.mjs'

/** Presses Tab until the element with this name has the focus. */
async function tabTo(page, name, most = 60) {
  for (let pressed = 0; pressed < most; pressed++) {
    await page.keyboard.press('Tab')
    const words = await page.evaluate(() => {
      const at = document.activeElement
      return (at?.getAttribute('aria-label') || at?.labels?.[0]?.textContent || at?.textContent || '').trim()
    })
    if (words.startsWith(name)) {
      const seen = await page.evaluate(() => {
        const { outlineStyle, boxShadow, borderColor } = getComputedStyle(document.activeElement)
        return outlineStyle !== 'none' || boxShadow !== 'none' || borderColor !== ''
      })
      expect(seen, `${name} shows no focus`)
      return
    }
  }
  throw new Error(`Tab never reached “${name}”`)
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
    await page.getByPlaceholder(/Name, barcode/).waitFor()
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
    await page.getByRole('dialog').waitFor()
    await page.keyboard.type('Waiting for the consent form', { delay: 45 })
    await tabTo(page, 'Put on hold')
    await page.keyboard.press('Enter')
    await page.getByText('On hold', { exact: true }).first().waitFor()
  })
}

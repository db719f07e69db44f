import { axe, call, check, expect, openBrowser, openPage, shoot } from '../harness.mjs'

async function pages() {
  const samples = await call('GET', '/samples?state=in_storage&limit=5')
  const sample = samples.items[0] ?? (await call('GET', '/samples?limit=1')).items[0]
  const { items: runs } = await call('GET', '/runs?limit=5')
  const { items: imports } = await call('GET', '/imports?limit=1')
  const { items: units } = await call('GET', '/storage-units?limit=500')
  const biggest = units.filter((unit) => unit.kind === 'box').sort((a, b) => b.used - a.used)[0]
  const plate = units.find((unit) => unit.kind === 'plate')
  const freezer = units.find((unit) => unit.kind === 'freezer')
  return [
    ['home', '/'], ['samples', '/samples'], ['storage', '/storage'], ['scan', '/scan'], ['cards', '/scan/cards'], ['runs', '/runs'],
    ['imports', '/imports'], ['notifications', '/notifications'], ['audit', '/audit'], ['system', '/system'],
    ...(sample ? [['sample', `/samples/${sample.id}`]] : []), ...(biggest ? [['box', `/storage/${biggest.id}`]] : []),
    ...(plate ? [['plate', `/storage/${plate.id}`]] : []), ...(freezer ? [['freezer', `/storage/${freezer.id}`]] : []),
    ...(runs[0] ? [['run', `/runs/${runs[0].id}`]] : []), ...(imports[0] ? [['import', `/imports/${imports[0].id}`]] : []),
  ]
}
const dialogs = [
  ['register', '/samples?register=true', null], ['add-storage', '/storage', 'Add storage'], ['plan-run', '/runs', 'Plan a run'], ['new-rule', '/notifications', 'New rule'],
]

export default async function () {
  const all = await pages()
  for (const width of [1440, 390])
    for (const dark of [false, true]) {
      const browser = await openBrowser({ width, height: width > 400 ? 900 : 844, dark })
      const kind = `${width}-${dark ? 'dark' : 'light'}`
      let page = await openPage(browser, '/')
      await page.getByRole('heading', { level: 1 }).waitFor()
      for (const [name, path] of all)
        await check(`${name}, ${kind}: axe finds nothing, nothing is wider than the window`, async () => {
          await page.goto(new URL(path, page.url()).href)
          await settled(page)
          await shoot(page, `${name}-${kind}`)
          const found = await axe(page)
          expect(found.length === 0, found.join('\n'))
          const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
          expect(over <= 0, `it is ${over} px too wide`)
        })
      for (const [name, path, button] of dialogs)
        await check(`dialog ${name}, ${kind}: axe finds nothing`, async () => {
          await page.goto(new URL(path, page.url()).href)
          if (button) await page.getByRole('button', { name: button }).first().click()
          await page.getByRole('dialog').waitFor()
          await settled(page)
          await shoot(page, `dialog-${name}-${kind}`)
          const found = await axe(page)
          expect(found.length === 0, found.join('\n'))
        })
      await page.close()
    }
}

/** No skeleton is left and nothing moves. */
async function settled(page) {
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await page.waitForFunction(() => !document.querySelector('[aria-label^="Loading"], .mantine-Skeleton-root'))
  await page.waitForTimeout(350)
}

import { axe, call, check, expect, openBrowser, openPage, shoot, stamp } from '../harness.mjs'

async function pages() {
  const samples = await call('GET', '/samples?state=in_storage&limit=5')
  const sample = samples.items[0] ?? (await call('GET', '/samples?limit=1')).items[0]
  const { items: runs } = await call('GET', '/runs?limit=5')
  const { items: imports } = await call('GET', '/imports?limit=1')
  const { items: boxes } = await call('GET', '/storage-units?q=box&kind=box&limit=100')
  const { items: freezers } = await call('GET', '/storage-units?q=Aurora&kind=freezer')
  const box = boxes.sort((a, b) => b.used - a.used)[0]
  const plate = await call('POST', '/storage-units', { kind: 'plate', name: `Plate ${stamp}`, layout: { rows: 16, columns: 24 } })
  return [
    ['home', '/'], ['samples', '/samples'], ['storage', '/storage'], ['scan', '/scan'], ['cards', '/scan/cards'], ['runs', '/runs'],
    ['imports', '/imports'], ['notifications', '/notifications'], ['audit', '/audit'], ['system', '/system'], ['cluster', '/cluster'], ['no-page', '/no-such-page'],
    ['sample', `/samples/${sample.id}`], ['past', `/samples/${sample.id}?as_of=${encodeURIComponent(sample.created_at)}`], ['no-sample', '/samples/NO-SUCH-TUBE'],
    ['box', `/storage/${box.id}`], ['plate', `/storage/${plate.id}`], ...freezers.slice(0, 1).map((one) => ['freezer', `/storage/${one.id}`]),
    ['run', `/runs/${runs[0].id}`], ['import', `/imports/${imports[0].id}`],
  ]
}
const press = (name) => (page) => page.getByRole('button', { name, exact: true }).first().click()
const more = (name) => async (page) => {
  await press('More')(page)
  await page.getByRole('menuitem', { name }).click()
}
/** Name, page, how it is opened, and what then stands there. */
const dialogs = (sample, box) => [
  ['register', '/samples?register=true', () => undefined], ['add-storage', '/storage', press('Add storage')], ['plan-run', '/runs', press('Plan a run')],
  ['new-rule', '/notifications', press('New rule')], ['move', sample, press('Move')], ['take-out', sample, press('Take out')],
  ['correct', sample, more('Correct the facts')], ['discard', sample, more('Discard')], ['rename', box, more('Rename')],
  ['menu', sample, press('More'), 'menu'], ['search', '/', (page) => page.keyboard.press('Control+k')],
]

export default async function () {
  const all = await pages()
  // Colours do not depend on the width: in the dark a phone is looked at by persons alone.
  const looks = [[1440, false], [1440, true], [390, false], ...(process.env.TRACSEQ_SHOTS ? [[390, true]] : [])]
  // Nothing is changed here, and much of the time is waiting: all at once, each in its own browser.
  await Promise.all(looks.map(([width, dark]) => look(all, width, dark)))
}

async function look(all, width, dark) {
  const of = (wanted) => all.find(([name]) => name === wanted)[1]
  const kind = `${width}-${dark ? 'dark' : 'light'}`
  const page = await openPage(await openBrowser({ width, height: width > 400 ? 900 : 844, dark }), '/')
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
      const cut = await page.evaluate(() => [...document.querySelectorAll('main button')].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent))
      expect(cut.length === 0, `cut off: ${cut.join(', ')}`)
      const lists = await page.evaluate(() => [...document.querySelectorAll('main .table-wrap[aria-label]')].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.getAttribute('aria-label')))
      expect(width > 400 || !['runs', 'imports'].includes(name) || lists.length === 0, `scrolls sideways: ${lists.join(', ')}`)
    })
  for (const [name, path, open, role = 'dialog'] of dialogs(of('sample'), of('box')))
    await check(`dialog ${name}, ${kind}: axe finds nothing`, async () => {
      await page.goto(new URL(path, page.url()).href)
      await settled(page)
      await open(page)
      await page.getByRole(role).first().waitFor()
      await settled(page)
      await shoot(page, `dialog-${name}-${kind}`)
      const found = await axe(page)
      expect(found.length === 0, found.join('\n'))
    })
  await page.close()
}

/** No skeleton is left and nothing moves. */
async function settled(page) {
  await page.getByRole('heading').first().waitFor()
  await page.waitForFunction(() => !document.querySelector('[aria-label^="Loading"], .mantine-Skeleton-root'))
  await page.waitForTimeout(350)
}

import { call, check, openBrowser, openPage, scan, stamp } from '../harness.mjs'

export default async function () {
  const project = `PRJ-${stamp}`
  const sample = await call('POST', '/samples', { name: `Needle ${stamp}`, barcode: `NDL-${stamp}`, project })
  const box = await call('POST', '/storage-units', { kind: 'box', name: `Haystack ${stamp}`, barcode: `HAY-${stamp}`, layout: { rows: 9, columns: 9 } })
  const run = await call('POST', '/runs', { name: `Threshing ${stamp}`, instrument: 'M1', instrument_model: 'Illumina MiSeq', lanes: 1, flow_cell: `FC-${stamp}` })
  const page = await openPage(await openBrowser(), '/')
  await page.getByRole('heading', { name: 'My work' }).waitFor()
  const found = async (typed, label) => {
    await page.keyboard.press('Control+k')
    await page.getByLabel('Search everything').fill(typed)
    await page.getByRole('button', { name: label }).or(page.getByRole('option', { name: label })).first().click()
  }
  for (const [what, typed] of [['name', sample.name], ['label', `ndl-${stamp.toLowerCase()}`]])
    await check(`a sample is found by its ${what}`, async () => {
      await found(typed, new RegExp(sample.name))
      await page.getByRole('heading', { name: sample.name, level: 1 }).waitFor()
      await page.getByRole('link', { name: 'Home' }).click()
      await page.getByRole('heading', { name: 'My work' }).waitFor()
    })
  await check('a box by its label, a run by its flow cell, a project by its code', async () => {
    await page.keyboard.press('Control+k')
    await page.getByLabel('Search everything').fill(`HAY-${stamp}`)
    const words = await page.getByRole('button', { name: new RegExp(box.name) }).or(page.getByRole('option', { name: new RegExp(box.name) })).first().innerText()
    if (words.split(`HAY-${stamp}`).length > 2) throw new Error(`its label is told twice: ${words}`)
    await page.keyboard.press('Escape')
    await page.getByLabel('Search everything').waitFor({ state: 'detached' })
    await found(`HAY-${stamp}`, new RegExp(box.name))
    await page.getByRole('heading', { name: box.name, level: 1 }).waitFor()
    await found(`FC-${stamp}`, new RegExp(run.name))
    await page.getByRole('heading', { name: run.name, level: 1 }).waitFor()
    await found(project, new RegExp(`${project}.*Project|Project.*${project}`))
    await page.getByRole('table', { name: 'Samples' }).getByRole('link', { name: sample.name }).waitFor()
  })
  await check('Enter goes to the first that is found, also from a field', async () => {
    await page.getByRole('link', { name: 'Samples' }).first().click()
    await page.getByLabel('Search samples').focus()
    await page.keyboard.press('Control+k')
    await page.getByLabel('Search everything').fill(sample.barcode)
    await page.getByRole('button', { name: new RegExp(sample.name) }).or(page.getByRole('option', { name: new RegExp(sample.name) })).first().waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: sample.name, level: 1 }).waitFor()
  })
  await check('what is not there is said so', async () => {
    await page.keyboard.press('Control+k')
    await page.getByLabel('Search everything').fill(`zzz-${stamp}`)
    await page.getByText(`Nothing found for “zzz-${stamp}”.`).waitFor()
    await page.keyboard.press('Escape')
    await page.getByLabel('Search everything').waitFor({ state: 'detached' })
    await scan(page, `NO-SUCH-${stamp}`)
    await page.getByText(`Nothing in the lab carries the label NO-SUCH-${stamp}.`).waitFor()
  })
}

import { readFileSync } from 'node:fs'
import { axe, check, expect, fixture, openBrowser, openPage, shoot, stamp } from '../harness.mjs'

const sheet = (name) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(readFileSync(fixture(name), 'utf8').replaceAll('%STAMP%', stamp)),
})
const choose = (page, name) => page.locator('input[type=file]').setInputFiles(sheet(name))
const give = (page, name, text) => page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })

export default async function () {
  const page = await openPage(await openBrowser(), '/imports')
  await check('bad cells are marked with what is wrong, and the import is held back', async () => {
    await page.getByRole('heading', { name: 'Imports', level: 1 }).waitFor()
    await choose(page, 'submission_with_errors.csv')
    await page.getByText(/to mend/).waitFor()
    expect(await page.getByRole('button', { name: /^Import \d/ }).isDisabled(), 'a sheet with errors can be imported')
    await page.getByText(/twenty/).first().waitFor()
    await page.getByText('shelf 3', { exact: true }).waitFor()
    await shoot(page, 'import-errors')
    const found = await axe(page)
    expect(found.length === 0, found.join('\n'))
    await page.getByLabel(/Only rows with errors/).check()
    const rows = await page.getByRole('region', { name: "The sheet's rows" }).getByRole('row').count()
    expect(rows >= 2 && rows <= 4, `the filter shows ${rows} rows`)
  })
  await check('a column can be given another meaning', async () => {
    await page.getByLabel('Storage note means').selectOption('notes')
    await page.getByText(/to mend/).waitFor()
    expect((await page.getByLabel('Storage note means').inputValue()) === 'notes', 'the correction is lost')
  })
  await check('a good sheet is imported to its end', async () => {
    await page.getByRole('button', { name: 'Another file' }).click()
    await choose(page, 'submission.csv')
    await page.getByRole('button', { name: 'Import 12 samples' }).click()
    await page.getByText('12 samples registered.').waitFor({ timeout: 20_000 })
    await page.getByRole('link', { name: `gut-${stamp}-01` }).waitFor()
    await shoot(page, 'import-done')
  })
  await check('how dates and numbers are meant is asked once, and then they are good', async () => {
    await page.getByRole('link', { name: 'Import another' }).click()
    await give(page, 'dates.csv', `Sample name,Collection date,Volume (µl)\nd-${stamp}-1,03/04/2026,"1,500"\nd-${stamp}-2,05/06/2026,"2,500"\n`)
    await page.getByText('2 to mend').waitFor()
    await page.getByLabel('03/04/2026 means').selectOption('day_first')
    await page.getByLabel('1,500 means').selectOption('comma')
    await page.getByText('2026-04-03').waitFor()
    await page.getByRole('button', { name: 'Import 2 samples' }).click()
    await page.getByText('2 samples registered.').waitFor({ timeout: 20_000 })
  })
  await check('a file that is no sheet is refused in words', async () => {
    await page.getByRole('link', { name: 'Import another' }).click()
    await give(page, 'photo.csv', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0')
    const words = await page.getByRole('alert').innerText()
    expect(!/error 4|http|undefined/i.test(words) && words.length > 20, words)
    await give(page, 'empty-table.csv', 'Sample name,Barcode\n')
    await page.getByText('This sheet cannot be imported yet').waitFor()
    await page.getByText(/holds no samples yet/).waitFor()
    await page.getByRole('button', { name: 'Another file' }).click()
  })
  await check('ten thousand rows show how far they are, and come to their end', async () => {
    const rows = Array.from({ length: 10_000 }, (_, n) => `big-${stamp}-${n},DNA,${n % 90}`)
    await give(page, `big-${stamp}.csv`, ['Sample name,Type,Volume (µl)', ...rows].join('\n'))
    await page.getByRole('button', { name: 'Import 10,000 samples' }).click({ timeout: 60_000 })
    await page.getByRole('progressbar').or(page.getByText('10,000 samples registered.')).first().waitFor({ timeout: 60_000 })
    await shoot(page, 'import-progress')
    await page.getByText('10,000 samples registered.').waitFor({ timeout: 120_000 })
    await page.getByRole('link', { name: 'Import another' }).click()
  })
  await check('the same file is recognised', async () => {
    await choose(page, 'submission.csv')
    await page.getByText('This very file was imported before').waitFor()
    expect(await page.getByRole('button', { name: /^Import/ }).isDisabled(), 'it can be imported twice without saying so')
  })
}

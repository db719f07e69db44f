import { readFileSync } from 'node:fs'
import { check, expect, fixture, openBrowser, openPage, shoot, stamp } from '../harness.mjs'

const sheet = (name) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(readFileSync(fixture(name), 'utf8').replaceAll('%STAMP%', stamp)),
})
const choose = (page, name) => page.locator('input[type=file]').setInputFiles(sheet(name))

export default async function () {
  const page = await openPage(await openBrowser(), '/imports')
  await check('bad cells are marked with what is wrong, and the import is held back', async () => {
    await page.getByRole('heading', { name: 'Imports', level: 1 }).waitFor()
    await choose(page, 'submission_with_errors.csv')
    await page.getByText(/to mend/).waitFor()
    expect(await page.getByRole('button', { name: /^Import \d/ }).isDisabled(), 'a sheet with errors can be imported')
    await page.getByText(/twenty/).first().waitFor()
    await shoot(page, 'import-errors')
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
  await check('the same file is recognised', async () => {
    await page.getByRole('link', { name: 'Import another' }).click()
    await choose(page, 'submission.csv')
    await page.getByText('This very file was imported before').waitFor()
    expect(await page.getByRole('button', { name: /^Import/ }).isDisabled(), 'it can be imported twice without saying so')
  })
}

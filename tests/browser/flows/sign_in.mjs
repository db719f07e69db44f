import { address, check, expect, openBrowser, openPage, shoot, token, until } from '../harness.mjs'

export default async function () {
  const browser = await openBrowser()
  const page = await openPage(browser, '/', { signedIn: false })
  await check('a wrong token is refused beside its field', async () => {
    await page.getByLabel('Operator token').fill('not-the-token')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('This token is not accepted').waitFor()
    await shoot(page, 'sign-in')
  })
  await check('the right token opens the page', async () => {
    await page.getByLabel('Operator token').fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'My work' }).waitFor()
  })
  await check('signing out forgets the token', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Operator token').waitFor()
    expect((await page.evaluate(() => localStorage.getItem('tracseq.token'))) === null, 'the token is still kept')
  })
  await check('a token in the address is taken once and removed', async () => {
    await page.goto(`${address}/samples#token=${token}`)
    await page.reload()
    await page.getByRole('heading', { name: 'Samples', level: 1 }).waitFor()
    await until('the fragment is still in the address', async () => !page.url().includes('token'))
  })
}

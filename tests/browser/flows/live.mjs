import { call, check, expect, openBrowser, openPage, stamp } from '../harness.mjs'

export default async function () {
  const sample = await call('POST', '/samples', { name: `Live ${stamp}` })
  const [one, two] = [await openBrowser(), await openBrowser()]
  const first = await openPage(one, `/samples/${sample.id}`)
  const second = await openPage(two, `/samples/${sample.id}`)
  await first.getByText('Live', { exact: true }).waitFor()
  await second.getByText('Live', { exact: true }).waitFor()
  const follow = async (page, verb, words) => {
    const began = performance.now()
    await call('POST', `/samples/${sample.id}:${verb}`, {})
    await page.getByText(words, { exact: true }).first().waitFor()
    return performance.now() - began
  }
  await check('another browser follows within a second', async () => {
    const spent = await follow(second, 'receive', 'Received')
    expect(spent < 1000, `it took ${Math.round(spent)} ms`)
  })
  await check('a second tab of the same browser follows by the one stream of the first', async () => {
    const tab = await openPage(one, `/samples/${sample.id}`)
    await tab.getByText('Live', { exact: true }).waitFor()
    const spent = await follow(tab, 'accept', 'Accepted')
    expect(spent < 1000, `it took ${Math.round(spent)} ms`)
    await tab.close()
  })
  await check('new samples wait behind a pill', async () => {
    await first.getByRole('link', { name: 'Samples' }).first().click()
    await first.getByRole('table', { name: 'Samples' }).waitFor()
    await call('POST', '/samples', { name: `New ${stamp}` })
    await first.getByRole('button', { name: '1 new: show' }).click()
    await first.getByRole('link', { name: `New ${stamp}` }).waitFor()
  })
  await check('a lost stream is told, and found again', async () => {
    await two.setOffline(true)
    await second.evaluate(() => window.dispatchEvent(new Event('offline')))
    await two.setOffline(false)
    const spent = await follow(second, 'archive', 'Archived')
    expect(spent < 8000, 'it never came back')
  })
}

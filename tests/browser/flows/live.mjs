import { call, check, expect, openBrowser, openPage, shoot, stamp } from '../harness.mjs'

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
  await check('a box that two look at shows a tube to both within a second', async () => {
    const box = await call('POST', '/storage-units', { kind: 'box', name: `Live box ${stamp}`, layout: { rows: 9, columns: 9 } })
    const pages = [await openPage(one, `/storage/${box.id}`), await openPage(two, `/storage/${box.id}`)]
    for (const page of pages) await page.getByText('Live', { exact: true }).waitFor()
    for (const page of pages) await page.getByRole('gridcell', { name: 'D4: free' }).waitFor()
    const began = performance.now()
    await call('POST', `/samples/${sample.id}:place`, { unit: box.id, slot: 'D4' })
    await Promise.all(pages.map((page) => page.getByRole('gridcell', { name: new RegExp(`D4: Live ${stamp}`) }).waitFor()))
    const spent = performance.now() - began
    expect(spent < 1000, `it took ${Math.round(spent)} ms`)
    for (const page of pages) await page.close()
  })
  await check('new samples wait behind a pill', async () => {
    await first.getByRole('link', { name: 'Samples' }).first().click()
    await first.getByRole('table', { name: 'Samples' }).waitFor()
    await call('POST', '/samples', { name: `New ${stamp}` })
    await first.getByRole('button', { name: '1 new: show' }).click()
    await first.getByRole('link', { name: `New ${stamp}` }).waitFor()
  })
  await check('a page that could not be fetched comes when the network does', async () => {
    const browser = await openBrowser()
    const cut = await openPage(browser, '/storage')
    await cut.getByText('Live', { exact: true }).waitFor()
    await browser.setOffline(true)
    await cut.getByText('Not live: what you see may be old').waitFor()
    await cut.getByRole('link', { name: 'Imports' }).click()
    await cut.getByRole('alert').getByText('TracSeq cannot be reached.').waitFor()
    await browser.setOffline(false)
    await cut.getByRole('heading', { name: 'Imports', level: 1 }).waitFor()
    await cut.close()
  })
  await check('a lost stream is told, and found again', async () => {
    await two.setOffline(true)
    const began = performance.now()
    await second.getByText('Not live: what you see may be old').waitFor()
    expect(performance.now() - began < 1500, 'it took too long to say so')
    await shoot(second, 'stale')
    await two.setOffline(false)
    const spent = await follow(second, 'archive', 'Archived')
    expect(spent < 8000, 'it never came back')
  })
}

import { call, check, openBrowser, openPage, stamp } from '../harness.mjs'

async function accepted(number) {
  const label = `RUN-${stamp}-${number}`
  const sample = await call('POST', '/samples', { name: `Run tube ${stamp} ${number}`, barcode: label })
  await call('POST', `/samples/${sample.id}:receive`, {})
  await call('POST', `/samples/${sample.id}:accept`, {})
  return label
}

export default async function () {
  const labels = [await accepted(1), await accepted(2)]
  const page = await openPage(await openBrowser(), '/runs')
  await check('a run is planned', async () => {
    await page.getByRole('button', { name: /Plan (a|the first) run/ }).first().click()
    await page.getByRole('textbox', { name: /^Name/ }).fill(`Run ${stamp}`)
    await page.getByRole('textbox', { name: /^Instrument/ }).fill('M00146')
    await page.getByRole('button', { name: 'Plan', exact: true }).click()
    await page.getByRole('heading', { name: `Run ${stamp}`, level: 1 }).waitFor()
  })
  await check('samples are put on its lane by a pasted list', async () => {
    await page.getByLabel('Labels or names, one per line').fill(`${labels[0]}\tATTACTCG\tTATAGCCT\n${labels[1]}\tTCCGGAGA\tATAGAGGC\nNO-SUCH-${stamp}`)
    await page.getByRole('button', { name: 'Put 3 samples on' }).click()
    await page.getByText('1 sample not put on').waitFor()
    await page.getByRole('link', { name: `Run tube ${stamp} 2` }).waitFor()
  })
  await check('it runs to its completion', async () => {
    for (const [verb, state] of [['Validate', 'Validated'], ['Queue', 'Queued']]) {
      await page.getByRole('button', { name: verb, exact: true }).click()
      await page.getByText(state, { exact: true }).first().waitFor()
    }
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('textbox', { name: /^Flow cell/ }).fill(`FC-${stamp}`)
    await page.getByRole('dialog').getByRole('button', { name: 'Start' }).click()
    await page.getByText('Running', { exact: true }).first().waitFor()
    await page.getByText(`FC-${stamp}`).first().waitFor()
    await page.getByRole('button', { name: 'Complete' }).click()
    await page.getByLabel(/^Yield/).fill('7.5')
    await page.getByRole('dialog').getByRole('button', { name: 'Complete' }).click()
    await page.getByText('Completed', { exact: true }).first().waitFor()
    await page.getByText('7.5 Gbases', { exact: true }).waitFor()
  })
}

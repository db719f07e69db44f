import { call, check, expect, openBrowser, openPage, scan, stamp, until } from '../harness.mjs'

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
    // Flow cells of this model have one lane or two: nobody guesses which.
    await page.getByLabel('Model').selectOption('NextSeq 2000')
    await page.getByRole('button', { name: 'Plan', exact: true }).click()
    await page.getByRole('textbox', { name: /^Lanes/ }).and(page.locator('[aria-invalid=true]')).waitFor()
    await page.getByLabel('Model').selectOption('Illumina MiSeq')
    await page.getByRole('button', { name: 'Plan', exact: true }).click()
    await page.getByRole('heading', { name: `Run ${stamp}`, level: 1 }).waitFor()
  })
  await check('samples are put on its lane by a pasted list', async () => {
    await page.getByLabel('Labels, one per line').fill(`${labels[0]}\tATTACTCG\tTATAGCCT\n${labels[1]}\tTCCGGAGA\tATAGAGGC\nNO-SUCH-${stamp}`)
    await page.getByRole('button', { name: 'Put 3 samples on' }).click()
    await page.getByText('1 sample not put on').waitFor()
    await page.getByRole('link', { name: `Run tube ${stamp} 2` }).waitFor()
  })
  await check('tubes are scanned onto a lane faster than the network takes them, and none is left out', async () => {
    const list = page.getByLabel('Labels, one per line')
    await list.fill('typed before')
    await page.getByRole('heading', { level: 1 }).click()
    await page.route('**/api/v1/runs/*:assign', async (route) => {
      await new Promise((done) => setTimeout(done, 400))
      return route.continue()
    })
    const others = [await accepted(3), await accepted(4), await accepted(5)]
    for (const label of others) await scan(page, label)
    for (const number of [3, 4, 5]) await page.getByRole('link', { name: `Run tube ${stamp} ${number}` }).waitFor()
    await page.unroute('**/api/v1/runs/*:assign')
    expect((await list.inputValue()) === 'typed before', 'what was typed is gone')
    for (const number of [5, 4, 3]) {
      await page.keyboard.press('Control+z')
      await page.getByRole('link', { name: `Run tube ${stamp} ${number}` }).waitFor({ state: 'detached' })
    }
  })
  await check('it runs to its completion', async () => {
    const validate = page.getByRole('button', { name: 'Validate', exact: true })
    // A hand that presses twice validates, and does no more.
    const { x, y } = await validate.boundingBox()
    for (let pressed = 0; pressed < 3; pressed++) {
      await page.mouse.click(x + 10, y + 10)
      await page.waitForTimeout(150)
    }
    await page.getByText('Validated', { exact: true }).first().waitFor()
    const queue = page.getByRole('dialog', { name: /^Queue/ })
    if (!(await queue.isVisible())) await page.getByRole('button', { name: 'Queue', exact: true }).click()
    await queue.getByText('cannot be changed any more').waitFor()
    await queue.getByRole('button', { name: 'Queue' }).click()
    await page.getByText('Queued', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    const cell = page.getByRole('textbox', { name: /^Flow cell/ })
    await cell.waitFor()
    await scan(page, `FC-${stamp}`)
    await until('the flow cell is not in its field', async () => (await cell.inputValue()) === `FC-${stamp}`)
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

import { call, check, expect, openBrowser, openPage, scan, shoot, stamp, until } from '../harness.mjs'

const tube = async (number) => {
  const label = `SCAN-${stamp}-${number}`
  const sample = await call('POST', '/samples', { name: `Scan tube ${stamp} ${number}`, barcode: label })
  await call('POST', `/samples/${sample.id}:receive`, {})
  await call('POST', `/samples/${sample.id}:accept`, {})
  return label
}
const where = async (label) => {
  const { place } = await call('GET', `/samples/${encodeURIComponent(label)}`)
  return place ? `${place.unit_label} ${place.slot}` : ''
}

export default async function () {
  const box = await call('POST', '/storage-units', { kind: 'box', name: `Scan box ${stamp}`, barcode: `BOX-${stamp}-A`, layout: { rows: 9, columns: 9 } })
  await call('POST', '/storage-units', { kind: 'box', name: `Other box ${stamp}`, barcode: `BOX-${stamp}-B`, layout: { rows: 9, columns: 9 } })
  const labels = []
  for (let number = 1; number <= 6; number++) labels.push(await tube(number))
  const browser = await openBrowser()
  const page = await openPage(browser, '/scan')
  const said = page.locator('[role=status][data-tone]')
  await page.getByRole('heading', { name: 'Scan the box or plate' }).waitFor()

  await check('a box and five tubes are scanned, none is lost', async () => {
    await scan(page, `BOX-${stamp}-A`)
    await page.getByRole('heading', { name: `Scan the tube for ${box.name} A1` }).waitFor()
    for (const label of labels.slice(0, 5)) await scan(page, label)
    await until('the fifth tube is not at A5', async () => (await where(labels[4])) === `${box.name} A5`)
    expect((await where(labels[0])) === `${box.name} A1`, 'the first tube is not at A1')
  })
  await check('the prefix that names the symbology is left out', async () => {
    await scan(page, `]C1${labels[5]}`)
    await until('the sixth tube is not at A6', async () => (await where(labels[5])) === `${box.name} A6`)
  })
  await check('from scan to feedback takes no longer than 150 ms (middle of five)', async () => {
    await page.getByRole('button', { name: 'Check' }).click()
    await scan(page, `BOX-${stamp}-A`)
    await page.getByText('is open.').waitFor()
    const spent = []
    for (const label of labels.slice(0, 5)) {
      const began = performance.now()
      await scan(page, label)
      await page.getByText(`Scan tube ${stamp} ${label.at(-1)} is where it should be`).first().waitFor()
      spent.push(performance.now() - began)
    }
    const middle = spent.sort((a, b) => a - b)[Math.floor(spent.length / 2)]
    expect(middle <= 150, `the middle one of five took ${Math.round(middle)} ms`)
  })
  await check('a tube in the wrong box shows expected and found; the card confirms', async () => {
    await scan(page, 'TRACSEQ-NEXT')
    await scan(page, `BOX-${stamp}-B`)
    await page.getByText(`Other box ${stamp} is open.`).waitFor()
    await scan(page, labels[0])
    await said.getByText('Expected').waitFor()
    await said.getByText(`${box.name} A1`).waitFor()
    await shoot(page, 'scan-wrong-place')
    await scan(page, 'TRACSEQ-CONFIRM')
    await until('it did not move', async () => (await where(labels[0])).startsWith(`Other box ${stamp}`))
  })
  await check('the undo card takes it back', async () => {
    await scan(page, 'TRACSEQ-UNDO')
    await until('it did not go back', async () => (await where(labels[0])) === `${box.name} A1`)
  })
  await check('a scan whose answer was lost is done once, and is taken back to where the tube stood', async () => {
    await scan(page, 'TRACSEQ-TAKE-OUT')
    await page.getByRole('heading', { name: 'Scan each tube you take' }).waitFor()
    let lost = 0
    await page.route(/:take-out$/, async (route) => {
      await route.fetch()
      lost += 1
      await route.abort('connectionreset')
    }, { times: 1 })
    await scan(page, labels[5])
    await said.getByText(`is taken out of ${box.name} A6.`).waitFor()
    expect(lost === 1, 'no answer was lost')
    await scan(page, 'TRACSEQ-UNDO')
    await until('it did not go back', async () => (await where(labels[5])) === `${box.name} A6`)
  })
  await check('scans made without network are kept and sent later', async () => {
    await scan(page, 'TRACSEQ-TAKE-OUT')
    await page.getByRole('heading', { name: 'Scan each tube you take' }).waitFor()
    await browser.setOffline(true)
    await scan(page, labels[1])
    await scan(page, labels[2])
    await page.getByText('2 waiting').waitFor()
    await shoot(page, 'scan-offline')
    await browser.setOffline(false)
    await until('the kept scans were not sent', async () => (await where(labels[1])) === '' && (await where(labels[2])) === '', 8000)
  })
  await check('a scan that stutters does nothing, and says to scan again', async () => {
    const short = `S${stamp.slice(-3)}`
    const other = await call('POST', '/samples', { name: `Tail ${stamp}`, barcode: short })
    await call('POST', `/samples/${other.id}:receive`, {})
    await call('POST', `/samples/${other.id}:accept`, {})
    await call('POST', `/samples/${other.id}:place`, { unit: box.id })
    await page.getByRole('button', { name: 'Take out' }).click()
    await page.keyboard.type('ABC-', { delay: 5 })
    await page.waitForTimeout(80)
    await page.keyboard.type(short, { delay: 5 })
    await page.keyboard.press('Enter')
    await said.getByText('Scan it again').waitFor()
    expect((await where(short)) !== '', 'the tail of the scan was taken out')
    await scan(page, short)
    await until('a label of four letters is not taken', async () => (await where(short)) === '')
  })
  await check('a scan goes into the form that is open, and nothing happens behind it', async () => {
    const rack = await call('POST', '/storage-units', { kind: 'rack', name: `Scan rack ${stamp}`, barcode: `RCK-${stamp}` })
    await page.goto(new URL(`/storage/${box.id}`, page.url()).href)
    await page.getByRole('grid').waitFor()
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Move it' }).click()
    const into = page.getByRole('textbox', { name: /^Into/ })
    await into.focus()
    await scan(page, `RCK-${stamp}`)
    await until('the label is not in its field', async () => (await into.inputValue()) === `RCK-${stamp}`)
    await page.getByRole('textbox', { name: /^At which place/ }).focus()
    await page.keyboard.press('Enter')
    await until('the box has not moved', async () => (await call('GET', `/storage-units/${box.id}`)).parent?.unit_id === rack.id)
    await page.getByRole('gridcell', { name: /^A1:/ }).click()
    await page.keyboard.press('t')
    await page.getByRole('textbox', { name: /^What for/ }).waitFor()
    // Within a second of the T its letter would count to the scan.
    await page.waitForTimeout(1100)
    await scan(page, labels[4])
    await page.getByText(new RegExp(`^${labels[4]} was not taken: this form asks for no label.`)).waitFor()
    await page.getByRole('heading', { name: box.name, level: 1, includeHidden: true }).waitFor()
    await page.keyboard.press('Escape')
  })
  await check('a label scanned on any other page opens what it names', async () => {
    await page.getByRole('link', { name: 'Runs' }).first().click()
    await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
    await scan(page, labels[3])
    await page.getByRole('heading', { name: `Scan tube ${stamp} 4`, level: 1 }).waitFor()
  })
}

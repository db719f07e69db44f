// What goes wrong by a slip, by a colleague or by the network: it can be taken back, and what is said of it is true.
import { call, check, expect, openBrowser, openPage, scan, stamp, until } from '../harness.mjs'

const tube = async (number) => {
  const sample = await call('POST', '/samples', { name: `Slip ${stamp} ${number}`, barcode: `SLIP-${stamp}-${number}` })
  await call('POST', `/samples/${sample.id}:receive`, {})
  return call('POST', `/samples/${sample.id}:accept`, {})
}
const box = (name, more = {}) => call('POST', '/storage-units', { kind: 'box', name: `${name} ${stamp}`, layout: { rows: 2, columns: 2 }, ...more })
const place = (sample, unit, slot) => call('POST', `/samples/${sample.id}:place`, { unit: unit.id, slot })
const where = async ({ id }) => {
  const { place: at } = await call('GET', `/samples/${id}`)
  return at ? `${at.unit_label} ${at.slot}` : ''
}
const stands = (sample, at) => until(`${sample.name} does not stand at ${at || 'no place'}`, async () => (await where(sample)) === at)

export default async function () {
  const browser = await openBrowser()
  const page = await openPage(browser, '/')
  const open = async (path, heading) => {
    await page.goto(new URL(path, page.url()).href)
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
  }
  await inBoxes(page, open)
  await answersLost(page, open)
  await numbers(page, open)
  await offers(page, open)
}

async function inBoxes(page, open) {
  const from = await box('From')
  const to = await box('To')
  const tubes = []
  for (let number = 1; number <= 6; number++) tubes.push(await tube(number))
  const at = (slot) => page.getByRole('gridcell', { name: new RegExp(`^${slot}:`) })
  const undo = () => page.getByRole('button', { name: 'Undo' }).last().click()

  await check('a tube that is scanned into the wrong box goes back to where it stood', async () => {
    await place(tubes[0], from, 'B2')
    await open(`/storage/${to.id}`, to.name)
    await at('A1').click()
    await scan(page, tubes[0].barcode)
    await page.getByText(`${tubes[0].name} moved from ${from.name} B2 to ${to.name} A1.`).waitFor()
    await undo()
    await stands(tubes[0], `${from.name} B2`)
  })
  await check('Ctrl Z takes back one slip after another', async () => {
    for (const [number, slot] of [[1, 'A1'], [2, 'A2']]) {
      await at(slot).click()
      await scan(page, tubes[number].barcode)
      await stands(tubes[number], `${to.name} ${slot}`)
    }
    await page.getByRole('gridcell', { name: new RegExp(`A2: ${tubes[2].name}`) }).click()
    for (const number of [2, 1]) {
      await page.keyboard.press('Control+z')
      await stands(tubes[number], '')
    }
  })
  await check('a refused label stays in its field, and the next place stays the same', async () => {
    await at('B1').click()
    const field = page.getByRole('textbox', { name: 'Put a tube at B1' })
    await field.fill(`NO-SUCH-${stamp}`)
    await field.press('Enter')
    await page.getByText(/no such sample|Nothing|NO-SUCH/i).first().waitFor()
    expect((await field.inputValue()) === `NO-SUCH-${stamp}`, 'the label is gone')
    await field.fill(tubes[1].barcode)
    await field.press('Enter')
    await stands(tubes[1], `${to.name} B1`)
    const next = page.getByRole('textbox', { name: 'Put a tube at B2' })
    await until('the field of the next place has no focus', () => next.evaluate((one) => one === document.activeElement))
  })
  await check('what was put down before the box was full can be taken back', async () => {
    for (const [number, slot] of [[3, 'A1'], [4, 'A2'], [5, 'B1']]) await place(tubes[number], from, slot)
    await open(`/storage/${from.id}`, from.name)
    await at('A1').click()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('x')
    await page.getByRole('link', { name: 'Storage' }).first().click()
    await page.getByRole('link', { name: to.name }).click()
    await at('A1').click()
    await page.getByRole('button', { name: 'Paste 4 at A1 (V)' }).click()
    await page.getByText('1 tube did not fit behind A1, and stayed in place.').waitFor()
    await page.getByText(`3 tubes moved to ${to.name}.`).waitFor()
    await page.getByRole('button', { name: 'Paste 1 at A1 (V)' }).waitFor()
    await undo()
    await stands(tubes[3], `${from.name} A1`)
    await stands(tubes[0], `${from.name} B2`)
  })
  await check('a tube that a colleague took meanwhile is not put down from the clipboard', async () => {
    await page.getByRole('button', { name: 'Forget the cut' }).click()
    await open(`/storage/${from.id}`, from.name)
    await at('A2').click()
    await page.keyboard.press('x')
    await call('POST', `/samples/${tubes[4].id}:take-out`, { purpose: 'library preparation' })
    await page.getByRole('gridcell', { name: 'A2: free' }).click()
    await page.keyboard.press('v')
    await page.getByText(`${tubes[4].name} is not at ${from.name} A2 any more: it was taken out.`).waitFor()
    await stands(tubes[4], '')
  })
  await check('the tubes that were chosen are taken out, not those that stand there meanwhile', async () => {
    await at('A1').click()
    await page.keyboard.press('t')
    await page.getByRole('textbox', { name: /^What for/ }).fill('sequencing')
    await place(tubes[3], to, 'A1')
    await place(tubes[2], from, 'A1')
    await page.getByRole('dialog').getByRole('button', { name: 'Take out' }).click()
    await page.getByRole('dialog').getByText(`${tubes[3].name} is not at ${from.name} A1 any more: it stands at ${to.name} A1.`).waitFor()
    await stands(tubes[2], `${from.name} A1`)
    await page.keyboard.press('Escape')
  })
  await check('of two boxes of one name a person says which', async () => {
    const racks = []
    for (const name of ['Left', 'Right']) racks.push(await call('POST', '/storage-units', { kind: 'rack', name: `${name} ${stamp}` }))
    for (const rack of racks) await box('Twin', { parent: rack.id })
    const sample = await tube('twin')
    await open(`/samples/${sample.id}`, sample.name)
    await page.getByRole('button', { name: 'Place', exact: true }).click()
    const field = page.getByRole('combobox', { name: 'Into which box or plate?' })
    await field.fill(`Twin ${stamp}`)
    await page.getByRole('option', { name: `Twin ${stamp} in Right ${stamp}` }).waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Place' }).click()
    await page.getByRole('dialog').getByText(`2 storage units are called "Twin ${stamp}".`).waitFor()
    await stands(sample, '')
    await field.click()
    await page.getByRole('option', { name: `Twin ${stamp} in Right ${stamp}` }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Place' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    const { place: at } = await call('GET', `/samples/${sample.id}`)
    expect((await call('GET', `/storage-units/${at.unit_id}`)).parent.unit_id === racks[1].id, 'it is in the other box')
  })
}

async function offers(page, open) {
  await check('only what is possible is offered, and archiving can be undone', async () => {
    const { id, name } = await call('POST', '/samples', { name: `Offered ${stamp}` })
    await open(`/samples/${id}`, name)
    await page.getByRole('button', { name: 'Receive' }).waitFor()
    expect((await page.getByRole('button', { name: 'Place', exact: true }).count()) === 0, 'a tube that has not come can be placed')
    for (const verb of ['receive', 'accept']) await call('POST', `/samples/${id}:${verb}`, {})
    await place({ id }, await box('Archive'), 'A1')
    await call('POST', `/samples/${id}:hold`, { reason: 'the consent is asked for' })
    await page.getByRole('button', { name: 'End the hold' }).waitFor()
    await page.getByRole('button', { name: 'More' }).click()
    expect((await page.getByRole('menuitem', { name: 'Discard' }).count()) === 0, 'what is on hold can be discarded')
    await page.keyboard.press('Escape')
    await call('POST', `/samples/${id}:end-hold`, {})
    await page.getByRole('button', { name: 'Take out' }).waitFor()
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Archive' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click()
    await page.getByText('Archived', { exact: true }).first().waitFor()
    await page.getByRole('button', { name: 'Undo' }).last().click()
    await page.getByText('In storage', { exact: true }).first().waitFor()
    await stands({ id, name }, `Archive ${stamp} A1`)
  })
}

async function numbers(page, open) {
  await check('a number is taken as it is typed: below zero, and with a comma', async () => {
    const sample = await call('POST', '/samples', { name: `Cold ${stamp}` })
    await open(`/samples/${sample.id}`, sample.name)
    await page.getByRole('button', { name: 'Receive' }).click()
    await page.getByLabel(/Measured temperature/).focus()
    await page.keyboard.type('-71,5', { delay: 60 })
    await page.keyboard.press('Tab')
    await page.getByRole('dialog').getByRole('button', { name: 'Receive' }).click()
    await page.getByText('Received, at -71.5 °C').waitFor()
  })
  await check('a number that cannot be is refused beside its field, and not made another', async () => {
    await page.getByRole('button', { name: 'More' }).click()
    await page.getByRole('menuitem', { name: 'Correct the facts' }).click()
    const volume = page.getByLabel(/^Volume/)
    await volume.fill('-5')
    await page.getByLabel(/Why is it corrected/).fill('a slip')
    await page.getByRole('button', { name: 'Save the correction' }).click()
    await volume.and(page.locator('[aria-invalid=true]')).waitFor()
    expect((await volume.inputValue()) === '-5', `it says ${await volume.inputValue()}`)
    await page.keyboard.press('Escape')
  })
}

async function answersLost(page, open) {
  await check('a form whose answer was lost says so, and is done once however often it is sent', async () => {
    const name = `Lost answer ${stamp}`
    await open('/samples?register=true', 'Samples')
    await page.getByRole('textbox', { name: /^Name/ }).fill(name)
    let lost = 0
    await page.route('**/api/v1/samples', async (route) => {
      if (route.request().method() !== 'POST' || lost++ > 0) return route.continue()
      await route.fetch()
      return route.abort('connectionreset')
    })
    const register = page.getByRole('dialog').getByRole('button', { name: 'Register' })
    await register.click()
    await page.getByRole('dialog').getByText('Whether this was saved is not known').waitFor()
    await page.getByRole('dialog').getByText('Pressing again is safe: it is done once.').waitFor()
    await register.click()
    await page.getByRole('heading', { name, level: 1 }).waitFor()
    await page.unroute('**/api/v1/samples')
    const { items } = await call('GET', `/samples?q=${encodeURIComponent(name)}`)
    expect(items.length === 1, `${items.length} samples were registered`)
  })
}

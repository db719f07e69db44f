import { call, check, expect, openBrowser, openPage, shoot, stamp, until } from '../harness.mjs'

export default async function () {
  const sample = await call('POST', '/samples', { name: `Audit ${stamp}`, barcode: `AUD-${stamp}` })
  const page = await openPage(await openBrowser(), '/audit')
  await page.getByText('Live', { exact: true }).waitFor()
  const events = page.getByRole('region', { name: 'Events' })
  await check('the chain is verified from the page', async () => {
    await page.getByRole('button', { name: 'Verify the chain' }).click()
    await page.getByText('Whole.').waitFor({ timeout: 30_000 })
    await page.getByText(/each follows from the one before/).waitFor()
    await shoot(page, 'audit-verified')
  })
  await check('an event that happens now appears on top, with its JSON', async () => {
    await call('POST', `/samples/${sample.id}:receive`, { condition: `cold ${stamp}` })
    await events.getByText('Since you opened this page').waitFor()
    const first = events.getByRole('listitem').filter({ hasText: 'sample_received' }).first()
    await first.locator('summary').click()
    await first.getByText(`cold ${stamp}`).first().waitFor()
    expect((await first.locator('pre').innerText()).includes('"specversion"'), 'this is no CloudEvent')
  })
  await check('a paused tail counts what waits, and goes on with it', async () => {
    await events.getByRole('button', { name: 'Pause' }).click()
    await call('POST', `/samples/${sample.id}:accept`, {})
    await events.getByText(/Paused, [1-9]\d* waiting/).waitFor()
    await events.getByRole('button', { name: 'Go on' }).click()
    await events.getByText('sample_accepted', { exact: true }).first().waitFor()
  })
  await check('the newest events stand on top of what was written before, and older ones follow', async () => {
    await page.reload()
    const newest = (await call('GET', '/activity?limit=1')).items[0]
    const shown = async () => (await events.locator('pre').allTextContents()).map((text) => JSON.parse(text))
    const ids = async () => (await shown()).map(({ id }) => id)
    // One command may write several records at the same moment.
    const begins = async () => (await shown())[0]?.time === newest.recorded_at
    await until('the newest event is not the first', begins)
    const first = await ids()
    await events.getByRole('button', { name: 'Show older' }).click()
    await until('no older ones follow', async () => (await ids()).length > first.length)
    const times = (await shown()).map(({ time }) => Date.parse(time))
    // Commands that came at the same moment may have been written in another order than they came in.
    const slack_ms = 1000
    expect(times.every((time, index) => index === 0 || time <= times[index - 1] + slack_ms), 'they are not in order')
    expect(new Set(await ids()).size === times.length, 'one is shown twice')
    await events.getByRole('button', { name: 'From the beginning' }).click()
    await events.getByText('Written before, from the beginning').waitFor()
    await events.getByRole('button', { name: 'Newest' }).click()
    await until('the newest event is not the first', begins)
  })
  await check('events are narrowed to one type and one thing', async () => {
    await events.getByLabel('Event type').selectOption('sample_registered')
    await events.getByLabel('Stream').fill(`sample/${sample.id}`)
    await until('others are shown', async () => {
      const kinds = await events.getByRole('listitem').locator('summary > :nth-child(3)').allInnerTexts()
      return kinds.length === 1 && kinds[0] === 'sample_registered'
    })
    await events.getByLabel('Event type').selectOption('')
    await until('a thing\'s events are not newest first', async () => {
      const kinds = await events.getByRole('listitem').locator('summary > :nth-child(3)').allInnerTexts()
      return kinds.length >= 3 && kinds[0] === 'sample_accepted' && kinds.at(-1) === 'sample_registered'
    })
  })
  await check('a past moment shows the events that were recorded until then', async () => {
    const { items } = await call('GET', `/samples/${sample.id}/history?order=asc`)
    await page.goto(page.url().replace(/\?.*/, '') + `?as_of=${encodeURIComponent(items[1].recorded_at)}`)
    await events.getByLabel('Stream').fill(`sample/${sample.id}`)
    await until('later events are shown', async () => {
      const kinds = await events.getByRole('listitem').locator('summary > :nth-child(3)').allInnerTexts()
      return kinds.join(' ') === 'sample_received sample_registered'
    })
    expect((await events.getByText('Since you opened this page').count()) === 0, 'the past goes on')
    expect((await events.getByRole('button', { name: 'Pause' }).count()) === 0, 'the past is followed')
    await page.getByRole('button', { name: 'Back to now' }).first().click()
  })
  await check('the whole lab is seen as of a moment, and from there every page', async () => {
    await page.getByLabel('Moment').fill('2020-01-01T10:00')
    await page.getByRole('button', { name: 'Go there' }).click()
    await page.getByText('Read-only past.').waitFor()
    await page.getByText('This page shows the present').waitFor()
    await page.getByRole('link', { name: 'Samples' }).first().click()
    await page.getByText('There was no sample yet').waitFor()
    await page.getByText('Everything is shown as it was').waitFor()
    expect(page.url().includes('as_of='), 'the moment is lost on the way')
    expect((await page.getByRole('button', { name: 'Register' }).count()) === 0, 'the past offers changes')
    await page.getByRole('button', { name: 'Back to now' }).click()
    await page.getByRole('table', { name: 'Samples' }).waitFor()
  })
}

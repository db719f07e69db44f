import { call, check, expect, openBrowser, openPage, shoot, stamp, until } from '../harness.mjs'

export default async function () {
  const page = await openPage(await openBrowser(), '/notifications')
  await check('a rule for the inbox is made', async () => {
    await page.getByRole('button', { name: 'New rule' }).click()
    await page.getByRole('textbox', { name: /^Name/ }).fill(`Rejected ${stamp}`)
    await page.getByRole('combobox', { name: /When this happens/ }).click()
    await page.getByRole('option', { name: 'Sample rejected' }).click()
    await page.keyboard.press('Escape')
    await page.getByLabel('Urgency').selectOption('high')
    await page.getByRole('button', { name: 'Make the rule' }).click()
    await page.getByText(`Rejected ${stamp}`).waitFor()
  })
  await check('what it catches arrives in the inbox by itself', async () => {
    const sample = await call('POST', '/samples', { name: `Cracked ${stamp}` })
    await call('POST', `/samples/${sample.id}:receive`, {})
    await call('POST', `/samples/${sample.id}:reject`, { reason: 'The tube is cracked' })
    const inbox = page.getByRole('region', { name: 'Inbox' })
    await inbox.getByRole('listitem').first().waitFor()
    await shoot(page, 'notifications-inbox')
    // Two rules caught it, and the second message may come after the press.
    await until('not all is read', async () => {
      if (await page.getByText('All read').isVisible()) return true
      await page.getByRole('button', { name: 'Mark all as read' }).click({ timeout: 500 })
      return false
    }, 15_000)
  })
  await check('a webhook rule needs an address, and shows its secret', async () => {
    await page.getByRole('button', { name: 'New rule' }).click()
    await page.getByRole('textbox', { name: /^Name/ }).fill(`Hook ${stamp}`)
    await page.getByRole('combobox', { name: /When this happens/ }).click()
    await page.getByRole('option', { name: 'Run failed' }).click()
    await page.keyboard.press('Escape')
    await page.getByLabel('Tell through').selectOption('webhook')
    await page.getByRole('button', { name: 'Make the rule' }).click()
    await page.getByRole('textbox', { name: /Webhook address/, }).and(page.locator('[aria-invalid=true]')).waitFor()
    await page.getByRole('textbox', { name: /Webhook address/ }).fill('https://receiver.example/hook')
    await page.getByRole('button', { name: 'Make the rule' }).click()
    await page.getByRole('button', { name: 'Show' }).first().waitFor()
  })
  await check('a rule is paused and deleted', async () => {
    const more = page.getByRole('button', { name: `More for Rejected ${stamp}` })
    await more.click()
    await page.getByRole('menuitem', { name: 'Pause' }).click()
    await page.getByText('Paused').first().waitFor()
    await more.click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByText('it cannot be brought back').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText(`Rejected ${stamp}`, { exact: true }).waitFor({ state: 'detached' })
  })
  await check('the deliveries are those of webhooks: what came into the inbox is not among them', async () => {
    await page.reload()
    await page.getByRole('region', { name: 'Inbox' }).getByText('All', { exact: true }).click()
    await page.getByRole('region', { name: 'Inbox' }).getByText(`Cracked ${stamp}`).first().waitFor()
    const deliveries = page.getByRole('region', { name: 'Webhook deliveries' })
    await deliveries.getByRole('table').or(deliveries.getByText('No deliveries')).first().waitFor()
    const receivers = await deliveries.locator('tbody td.mono').allInnerTexts()
    expect(receivers.every((url) => url.startsWith('http')), 'a message of the inbox is called a webhook')
  })
  await check('a dead letter says why, and is sent again by a press', async () => {
    // A real one takes three days to die: the list is told here, the press goes where it would go.
    const dead = { id: '0192f3a0-0000-7000-8000-000000000001', subject: `Run ${stamp} failed`, url: 'https://receiver.example/hook', state: 'dead', attempts: 20, last_failure: 'The receiver answered 503.', updated_at: new Date().toISOString() }
    let sent = ''
    await page.route('**/api/v1/deliveries?*', (route) => route.fulfill({ json: { items: [dead], next: null } }))
    await page.route('**/api/v1/deliveries/*', (route) => {
      sent = `${route.request().method()} ${new URL(route.request().url()).pathname}`
      return route.fulfill({ json: { ...dead, state: 'queued', attempts: 0 } })
    })
    const deliveries = page.getByRole('region', { name: 'Webhook deliveries' })
    await deliveries.getByText('Given up', { exact: true }).first().click()
    await deliveries.getByText('The receiver answered 503.').waitFor()
    await shoot(page, 'dead-letter')
    await deliveries.getByRole('button', { name: 'Send again' }).click()
    await page.getByText('It is on its way again, with the same message id.').waitFor()
    expect(sent === `POST /api/v1/deliveries/${dead.id}:send-again`, sent)
  })
}

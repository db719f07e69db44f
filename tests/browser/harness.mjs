// A browser, a page that is signed in, and a list of checks printed as TAP.
import { createRequire } from 'node:module'
import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const fromUi = createRequire(new URL('../../ui/package.json', import.meta.url))
const { chromium } = fromUi('playwright-core')
const axeSource = readFileSync(fromUi.resolve('axe-core/axe.min.js'), 'utf8')

export const address = (process.env.TRACSEQ_URL ?? process.env.TRACSEQ_TEST_URL ?? 'http://127.0.0.1:8089').replace(/\/$/, '')
export const token = process.env.TRACSEQ_TOKEN ?? process.env.TRACSEQ_TEST_TOKEN ?? ''
/** The laboratory that most flows work in. */
const lab = { address, token }
const shots = process.env.TRACSEQ_SHOTS ?? ''
if (shots) mkdirSync(shots, { recursive: true })

/** Different in every run, so that a laboratory that is kept can be tested again. */
export const stamp = Date.now().toString(36).toUpperCase()
export const fixture = (name) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))

const flags = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
]
const profiles = []

/** A browser of its own, with a fresh profile. */
export async function openBrowser({ width = 1440, height = 900, dark = false } = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'tracseq-browser-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.TRACSEQ_CHROMIUM ?? '/usr/bin/chromium',
    args: flags,
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(15_000)
  profiles.push({ context, profile })
  return context
}
export async function closeBrowsers() {
  for (const { context, profile } of profiles.splice(0)) {
    await context.close().catch(() => undefined)
    rmSync(profile, { recursive: true, force: true })
  }
}

/** What the browser complained of: scripts that failed and policies that were broken. */
export const complaints = []
export async function openPage(context, path = '/', { signedIn = true, at = lab } = {}) {
  const page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) complaints.push(`${page.url()}: ${message.text()}`)
  })
  await page.goto(`${at.address}${path}${signedIn ? `#token=${at.token}` : ''}`)
  return page
}

let passed = 0
let failed = 0
let skipped = 0
const wrong = []
export async function check(name, work) {
  const began = performance.now()
  try {
    await work()
    passed += 1
    console.log(`ok ${passed + failed + skipped} - ${name} (${Math.round(performance.now() - began)} ms)`)
    return true
  } catch (error) {
    failed += 1
    const words = [`not ok ${passed + failed + skipped} - ${name}`, ...String(error?.message ?? error).split('\n').slice(0, 30).map((line) => `  # ${line}`)].join('\n')
    wrong.push(words)
    console.log(words)
    return false
  }
}
/** What this machine cannot do, and why. */
export function skip(name, why) {
  skipped += 1
  console.log(`ok ${passed + failed + skipped} - ${name} # SKIP ${why}`)
}
export const totals = () => ({ passed, failed, skipped, wrong })

export function expect(truth, words) {
  if (!truth) throw new Error(words)
}
/** Tries again until it holds or the time is over. */
export async function until(words, holds, within_ms = 5000) {
  const end = performance.now() + within_ms
  let why = ''
  for (;;) {
    const told = await holds().catch((problem) => void (why = `: ${problem.message}`))
    if (told) return told
    if (performance.now() > end) throw new Error(`${words} (waited ${within_ms} ms)${why}`)
    await new Promise((done) => setTimeout(done, 25))
  }
}

export async function shoot(page, name) {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`) })
}
/** The whole page in both widths and both colours. */
export async function shootAll(page, name) {
  if (!shots) return
  const before = page.viewportSize()
  for (const width of [1440, 390])
    for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize({ width, height: width > 400 ? 900 : 844 })
      await page.emulateMedia({ colorScheme })
      await page.evaluate(() => window.scrollTo(0, 0))
      await page.waitForTimeout(150)
      await page.screenshot({ path: join(shots, `${name}-${width}-${colorScheme}.png`), fullPage: true })
    }
  await page.setViewportSize(before)
  await page.emulateMedia({ colorScheme: null })
}

/** The rules of axe for WCAG 2.2 A and AA and its best practices; every violation, in words. What passes is told
 * of no element but one: to name all 384 places of a plate takes long. */
export async function axe(page) {
  await page.evaluate(axeSource)
  const { violations } = await page.evaluate(() =>
    window.axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  )
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n` + nodes.slice(0, 4).map(({ html, failureSummary }) => `  ${html.slice(0, 160)}\n  ${failureSummary?.split('\n')[1] ?? ''}`).join('\n'),
  )
}

/** Between two keys of a scanner. */
const key_s = 0.004

/** A scanner: all keys at once, each with the moment at which its cable sent it, ended by Enter. */
export async function scan(page, label) {
  const keyboard = await page.context().newCDPSession(page)
  let timestamp = Date.now() / 1000 - (label.length + 1) * key_s
  const press = (key, text) => {
    timestamp += key_s
    return [
      keyboard.send('Input.dispatchKeyEvent', { type: 'keyDown', key, text, unmodifiedText: text, timestamp }),
      keyboard.send('Input.dispatchKeyEvent', { type: 'keyUp', key, timestamp }),
    ]
  }
  await Promise.all([...[...label].flatMap((letter) => press(letter, letter)), ...press('Enter', '\r')])
  await keyboard.detach()
}

/** The API beside the page, for what a test needs before it begins. */
export async function call(method, path, body, at = lab) {
  const answer = await fetch(`${at.address}/api/v1${path}`, {
    method,
    headers: { Authorization: `Bearer ${at.token}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const read = await answer.json()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${read.detail ?? ''}`)
  return read
}

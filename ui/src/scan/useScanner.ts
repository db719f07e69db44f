import { useLayoutEffect, useRef } from 'react'
import { openForm } from '~/shared/form/open'
import { say } from '~/shared/undo'
import { BurstDetector } from './burst'

type Handler = (label: string) => void
interface Taker {
  take: Handler
  refuse: () => void
}
const takers: Taker[] = []
let otherwise: Handler | null = null

export const brokenWords = 'That scan came in pieces, and nothing was done. Scan it again.'
const sayBroken = () => say(brokenWords, 'bad')

type Field = HTMLInputElement | HTMLTextAreaElement

function isText(target: EventTarget | null): target is Field {
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button', 'submit', 'file'].includes(target.type))
  )
}

/** Puts a field back as it was before the scanner typed into it. */
function restore(field: Field, value: string) {
  const owner = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype
  Object.getOwnPropertyDescriptor(owner, 'value')?.set?.call(field, value)
  field.dispatchEvent(new Event('input', { bubbles: true }))
}

/** While a form is open nothing happens behind it: a scan is for the form, or for nobody. */
function intoForm(form: Element, label: string) {
  const field = form.querySelector<Field>('[data-scan-field]')
  if (!field) return say(`${label} was not taken: this form asks for no label. Finish it or close it, then scan again.`, 'bad')
  restore(field, label)
  field.focus()
}

/** From so many quick keys on they are a scanner's, not a person's. */
const scanned_min = 3

/** Listens to the whole page. Mounted once, by the shell. Fields marked `data-scan-field` keep their scans. */
export function listenForScans(): () => void {
  const detector = new BurstDetector()
  /** What the fields held before the quick keys of now, and before those that were a scanner's. */
  let now = new Map<Field, string>()
  const scanned = new Map<Field, string>()
  const onKey = (event: KeyboardEvent) => {
    const { target } = event
    // The moment of the key itself: a busy page is told of it late.
    const at_ms = event.timeStamp
    // A dialog may take the focus in the middle of a burst: the rest of it is no label for its field.
    if (target instanceof Element && target.closest('[data-scan-field]') && !detector.goesOn(at_ms)) {
      detector.reset()
      return
    }
    const found = detector.feed({ key: event.key, at_ms, modified: event.ctrlKey || event.altKey || event.metaKey, repeated: event.repeat })
    if (found === null) {
      if (detector.length <= 1) scanned.clear()
      if (detector.runLength <= 1) now = new Map()
      if (detector.length > 0 && isText(target) && !now.has(target)) now.set(target, target.value)
      if (detector.runLength >= scanned_min) for (const [field, value] of now) if (!scanned.has(field)) scanned.set(field, value)
      return
    }
    event.preventDefault()
    event.stopPropagation()
    for (const [field, value] of new Map([...now, ...scanned])) restore(field, value)
    const form = openForm()
    if (form && 'label' in found) return intoForm(form, found.label)
    const taker = takers.at(-1)
    if ('broken' in found) (taker?.refuse ?? sayBroken)()
    else (taker?.take ?? otherwise)?.(found.label)
  }
  window.addEventListener('keydown', onKey, { capture: true })
  return () => window.removeEventListener('keydown', onKey, { capture: true })
}

/** Takes every scan while mounted; the last one mounted wins. Listens as soon as the page is seen, not a moment later. */
export function useScanner(handler: Handler, refuse: () => void = sayBroken) {
  const latest = useRef({ handler, refuse })
  latest.current = { handler, refuse }
  useLayoutEffect(() => {
    const mine: Taker = { take: (label) => latest.current.handler(label), refuse: () => latest.current.refuse() }
    takers.push(mine)
    return () => {
      takers.splice(takers.indexOf(mine), 1)
    }
  }, [])
}

/** Takes the scans that no page takes. A shell is mounted after its page, so it must not merely come last. */
export function useOtherScans(handler: Handler) {
  const latest = useRef(handler)
  latest.current = handler
  useLayoutEffect(() => {
    otherwise = (label) => latest.current(label)
    return () => {
      otherwise = null
    }
  }, [])
}

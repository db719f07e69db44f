import { useLayoutEffect, useRef } from 'react'
import { BurstDetector } from './burst'

type Handler = (label: string) => void
const handlers: Handler[] = []
let otherwise: Handler | null = null

function isText(target: EventTarget | null): target is HTMLInputElement | HTMLTextAreaElement {
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button', 'submit', 'file'].includes(target.type))
  )
}

/** Puts a field back as it was before the scanner typed into it. */
function restore(field: HTMLInputElement | HTMLTextAreaElement, value: string) {
  const owner = field instanceof HTMLTextAreaElement ? HTMLTextAreaElement.prototype : HTMLInputElement.prototype
  Object.getOwnPropertyDescriptor(owner, 'value')?.set?.call(field, value)
  field.dispatchEvent(new Event('input', { bubbles: true }))
}

/** Listens to the whole page. Mounted once, by the shell. Fields marked `data-scan-field` keep their scans. */
export function listenForScans(): () => void {
  const detector = new BurstDetector()
  let field: HTMLInputElement | HTMLTextAreaElement | null = null
  let before = ''
  const onKey = (event: KeyboardEvent) => {
    const { target } = event
    if (target instanceof Element && target.closest('[data-scan-field]')) {
      detector.reset()
      return
    }
    const label = detector.feed({
      key: event.key,
      at_ms: event.timeStamp,
      modified: event.ctrlKey || event.altKey || event.metaKey,
    })
    if (detector.length === 1) {
      field = isText(target) ? target : null
      before = field?.value ?? ''
    }
    if (label === null) return
    event.preventDefault()
    event.stopPropagation()
    if (field) restore(field, before)
    const handler = handlers.at(-1) ?? otherwise
    handler?.(label)
  }
  window.addEventListener('keydown', onKey, { capture: true })
  return () => window.removeEventListener('keydown', onKey, { capture: true })
}

/** Takes every scan while mounted; the last one mounted wins. Listens as soon as the page is seen, not a moment later. */
export function useScanner(handler: Handler) {
  const latest = useRef(handler)
  latest.current = handler
  useLayoutEffect(() => {
    const mine: Handler = (label) => latest.current(label)
    handlers.push(mine)
    return () => {
      handlers.splice(handlers.indexOf(mine), 1)
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

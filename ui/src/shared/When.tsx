import { useEffect, useState } from 'react'
import { ago, fullTime } from './time'

let now = Date.now()
const tick_ms = 20_000

/** How long ago, with the full moment on hover and for screen readers. */
export function When({ at }: { at: string | null | undefined }) {
  const [, redraw] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => {
      now = Date.now()
      redraw((n) => n + 1)
    }, tick_ms)
    return () => clearInterval(timer)
  }, [])
  if (!at) return null
  return (
    <time dateTime={at} title={fullTime(at)} className="nowrap">
      {ago(at, Math.max(now, Date.now()))}
    </time>
  )
}

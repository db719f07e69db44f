import type { ErrorComponentProps } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { asProblem } from '~/api/problem'
import { useLiveStatus } from '~/live/status'
import { Failed } from '~/shared/states'

/** The page is started anew, if there is somebody to start it from. */
const startAnew = () => void fetch('/livez').then(() => window.location.reload(), () => undefined)

/** A page that cannot be shown. Code that could not be fetched is not asked for again but by a fresh start. */
export function PageFailed({ error, reset }: ErrorComponentProps) {
  const unreached = asProblem(error).status === 0
  const status = useLiveStatus()
  const wasLost = useRef(false)
  useEffect(() => {
    if (status !== 'live') wasLost.current = true
    else if (wasLost.current && unreached) startAnew()
  }, [status, unreached])
  return <Failed error={error} retry={unreached ? startAnew : reset} />
}

import { Button } from '@mantine/core'
import { useCallback, useEffect, useState, type ComponentType } from 'react'
import { Note } from './states'

/** Who asked for it and waits need not press again when the network is back. */
const again_ms = 3000

interface Closable {
  onClose: () => void
}

/**
 * A dialog whose code is fetched when it is first opened. Where that fails, the page stays as it is, and the failure
 * stands where the dialog was asked for, until it can be had.
 */
export function later<Props extends Closable>(load: () => Promise<{ default: ComponentType<Props> }>) {
  let Body: ComponentType<Props> | null = null
  const fetch = async () => {
    Body ??= (await load()).default
  }
  function Later(props: Props) {
    const [, redraw] = useState(0)
    const [failed, setFailed] = useState(false)
    const ask = useCallback(() => {
      fetch().then(
        () => redraw((n) => n + 1),
        () => setFailed(true),
      )
    }, [])
    useEffect(() => {
      if (!Body) ask()
    }, [ask])
    useEffect(() => {
      if (!failed) return
      const again = setInterval(ask, again_ms)
      return () => clearInterval(again)
    }, [failed, ask])
    if (Body) return <Body {...props} />
    if (!failed) return null
    return (
      <Note tone="bad" title="This cannot be opened: TracSeq cannot be reached.">
        <span className="row">
          Nothing was changed.
          <Button size="compact-sm" variant="default" onClick={ask}>Try again</Button>
          <Button size="compact-sm" variant="default" onClick={props.onClose}>Leave it</Button>
        </span>
      </Note>
    )
  }
  /** Fetches it before it is asked for. What cannot be fetched now is asked for again when it is needed. */
  Later.fetch = () => void fetch().catch(() => undefined)
  return Later
}

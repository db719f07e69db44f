import { Button } from '@mantine/core'
import { useCallback, useEffect, useState, type ComponentType } from 'react'
import { Note } from './states'

/** Who asked for it and waits need not press again when the network is back. */
const again_ms = 3000

const serverAnswers = () => fetch('/livez', { cache: 'no-store' }).then((answer) => answer.ok, () => false)

interface Closable {
  onClose: () => void
}

/**
 * A dialog whose code is fetched when it is first opened. Where that fails, the page stays as it is, and the failure
 * stands where the dialog was asked for, until it can be had. Older browsers never fetch again what they once failed
 * to, and a newer TracSeq does not have the code of an older page: then only loading the page again helps.
 */
export function later<Props extends Closable>(load: () => Promise<{ default: ComponentType<Props> }>) {
  let Body: ComponentType<Props> | null = null
  const get = async () => {
    Body ??= (await load()).default
  }
  function Later(props: Props) {
    const [, redraw] = useState(0)
    const [failed, setFailed] = useState<'' | 'unreachable' | 'lost'>('')
    const ask = useCallback(() => {
      get().then(
        () => redraw((n) => n + 1),
        async () => setFailed((await serverAnswers()) ? 'lost' : 'unreachable'),
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
    const lost = failed === 'lost'
    return (
      <Note tone="bad" title={`This cannot be opened: ${lost ? 'the page has to be loaded again' : 'TracSeq cannot be reached'}.`}>
        <span className="row">
          Nothing was changed.
          {lost
            ? <Button size="compact-sm" variant="default" onClick={() => window.location.reload()}>Load it again</Button>
            : <Button size="compact-sm" variant="default" onClick={ask}>Try again</Button>}
          <Button size="compact-sm" variant="default" onClick={props.onClose}>Leave it</Button>
        </span>
      </Note>
    )
  }
  /** Fetches it before it is asked for. What cannot be fetched now is asked for again when it is needed. */
  Later.fetch = () => void get().catch(() => undefined)
  return Later
}

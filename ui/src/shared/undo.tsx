// Ten seconds to take a slip back, by button or Ctrl-Z. The undo is a command of its own: history keeps both.
import { Button } from '@mantine/core'
import type { NotificationData } from '@mantine/notifications'
import { asProblem } from '~/api/problem'

// Fetched after the page itself: nothing is said before something was done.
const toasts = () => import('@mantine/notifications').then(({ notifications }) => notifications)
const show = (data: NotificationData) => void toasts().then((all) => all.show(data))
const hide = (id: string) => void toasts().then((all) => all.hide(id))

const open_ms = 10_000
/** What can still be taken back, the latest last. */
let open: { id: string; run: () => void }[] = []
let offered = 0
const close = (id: string) => {
  open = open.filter((one) => one.id !== id)
}

export function say(message: string, tone: 'good' | 'bad' = 'good') {
  show({ message, color: tone === 'good' ? 'teal' : 'red', autoClose: tone === 'good' ? 4000 : 8000 })
}

export function offerUndo(message: string, undo: () => Promise<unknown>) {
  const id = `undo-${++offered}`
  const run = () => {
    close(id)
    hide(id)
    undo().then(
      () => say('Undone. The history shows both steps.'),
      (error: unknown) => say(`Could not undo: ${asProblem(error).message}`, 'bad'),
    )
  }
  open.push({ id, run })
  setTimeout(() => close(id), open_ms)
  show({
    id,
    autoClose: open_ms,
    color: 'teal',
    message: (
      <span className="row-between">
        <span>{message}</span>
        <Button size="compact-sm" variant="light" onClick={run}>
          Undo
        </Button>
      </span>
    ),
  })
}

export function undoLatest(): boolean {
  const latest = open.at(-1)
  latest?.run()
  return latest !== undefined
}

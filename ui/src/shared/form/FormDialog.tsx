import { lazy, Suspense, type ReactNode } from 'react'
import type { FieldSpec, Values } from './fields'
import type { Watched } from './StaleNote'

export interface FormDialogProps {
  title: string
  intro?: ReactNode
  fields: FieldSpec[]
  start?: Values
  action: string
  danger?: boolean
  /** What an edit was based on, to say what changed if it is stale by now. */
  watched?: Watched
  /** May answer with what is to be done once the dialog is closed. */
  send: (values: Values) => Promise<unknown>
  onClose: () => void
}

// Forms weigh as much as a page: they are fetched when the first dialog opens.
const Body = lazy(() => import('./FormDialogBody'))

export function FormDialog(props: FormDialogProps) {
  return (
    <Suspense>
      <Body {...props} />
    </Suspense>
  )
}

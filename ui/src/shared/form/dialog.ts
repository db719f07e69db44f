// What a dialog is told, known to its light shell and to its heavy body alike.
import type { ReactNode } from 'react'
import type { FieldSpec, Send, Values } from './fields'
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
  send: Send
  onClose: () => void
}

import { lazy, Suspense } from 'react'
import type { FormDialogProps } from './dialog'

// Forms weigh as much as a page: they are fetched when the first dialog opens.
const Body = lazy(() => import('./FormDialogBody'))

export function FormDialog(props: FormDialogProps) {
  return (
    <Suspense>
      <Body {...props} />
    </Suspense>
  )
}

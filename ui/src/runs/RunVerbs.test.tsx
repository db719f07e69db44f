// @vitest-environment jsdom
import { MantineProvider } from '@mantine/core'
import { fireEvent, render, screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import type { Run } from '~/api/types'
import type { FormDialogProps } from '~/shared/form/dialog'
import { RunVerbs } from './RunVerbs'

const seen = vi.hoisted(() => ({ dialog: null as FormDialogProps | null, sent: [] as unknown[] }))
vi.mock('~/shared/form/FormDialog', () => ({ FormDialog: (props: FormDialogProps) => ((seen.dialog = props), null) }))
vi.mock('./api', () => ({ useRunCommands: () => ({ verb: async (...said: unknown[]) => void seen.sent.push(said) }) }))
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }))

it('starts a run with its flow cell under keys of the form, so that pressing again is safe', async () => {
  render(<MantineProvider><RunVerbs run={{ id: 'r', name: 'Run 1', state: 'queued', flow_cell: '' } as Run} /></MantineProvider>)
  fireEvent.click(screen.getByRole('button', { name: 'Start' }))
  await seen.dialog?.send({ flow_cell: 'FC-1' }, { key: 'k' })
  expect(seen.sent).toEqual([
    ['r', 'load-flow-cell', { flow_cell: 'FC-1' }, { key: 'k-flow-cell' }],
    ['r', 'start', {}, { key: 'k' }],
  ])
})

import { Button } from '@mantine/core'
import { useState } from 'react'
import { asProblem } from '~/api/problem'
import type { StorageUnit } from '~/api/types'
import { Icon } from '~/app/icons'
import type { FormDialogProps } from '~/shared/form/dialog'
import { FormDialog } from '~/shared/form/FormDialog'
import { toBody } from '~/shared/form/fields'
import { later } from '~/shared/later'
import { MoreMenu } from '~/shared/MoreMenu'
import { offerUndo, say } from '~/shared/undo'
import { useUnitCommands } from './api'
import { mayContainUnits } from './kinds'

const AddUnitDialog = later(() => import('./AddUnitDialog'))

type Asked = 'add' | 'rename' | 'move' | 'maintenance' | 'retire' | null

export function UnitActions({ unit, siblings }: { unit: StorageUnit; siblings: readonly string[] }) {
  const { verb } = useUnitCommands()
  const [asked, setAsked] = useState<Asked>(null)
  const [opened, setOpened] = useState(unit)
  // A rename is judged by what was read when it was asked for.
  const ask = (what: Asked) => {
    setOpened(unit)
    setAsked(what)
  }
  const close = () => setAsked(null)
  const why = 'Undone: it was a slip'
  const endMaintenance = () =>
    void verb(unit.id, 'end-maintenance').then(
      () => say(`${unit.name} is available again.`),
      (error: unknown) => say(asProblem(error).message, 'bad'),
    )
  const dialogs: Record<string, Omit<FormDialogProps, 'onClose'>> = {
    rename: {
      title: `Rename ${unit.name}`, action: 'Rename', start: { name: unit.name },
      fields: [{ name: 'name', label: 'New name', required: 'It needs a name.' }],
      watched: { resource: 'storage-units', id: unit.id, version: opened.version },
      send: async (values, once) => {
        const done = await verb(unit.id, 'rename', toBody(values), { ...once, ifMatch: opened.version })
        offerUndo(`It is called ${done.name} now.`, () => verb(unit.id, 'rename', { name: opened.name, reason: why }))
      },
    },
    move: {
      title: `Move ${unit.name}`, action: 'Move', intro: 'Everything in it moves with it.',
      fields: [
        { name: 'unit', label: 'Into', required: 'Say where it goes: a label or a name.', placeholder: 'Scan the label of the freezer, shelf or rack', scan: true },
        { name: 'slot', label: 'At which place?', help: 'Empty: the first free one.' },
      ],
      send: async (values, once) => {
        await verb(unit.id, 'move', toBody(values), once)
        const was = unit.parent
        offerUndo(`${unit.name} has moved.`, () => verb(unit.id, 'move', was ? { unit: was.unit_id, ...(was.slot ? { slot: was.slot } : {}), reason: why } : { reason: why }))
      },
    },
    maintenance: {
      title: `Start maintenance of ${unit.name}`, action: 'Start maintenance', intro: 'While it lasts, nothing can be put in.',
      fields: [{ name: 'reason', label: 'Why?', kind: 'long', required: 'Say why, for those who stand before it.' }],
      send: async (values, once) => {
        await verb(unit.id, 'start-maintenance', toBody(values), once)
        offerUndo(`${unit.name} is in maintenance.`, () => verb(unit.id, 'end-maintenance', { reason: why }))
      },
    },
    retire: {
      title: `Retire ${unit.name}`, action: 'Retire', danger: true, intro: 'It must be empty. Its history stays.',
      fields: [{ name: 'reason', label: 'Why?', kind: 'long', required: 'Say why it is retired.' }],
      send: async (values, once) => {
        await verb(unit.id, 'retire', toBody(values), once)
        say(`${unit.name} is retired.`)
      },
    },
  }
  const dialog = asked ? dialogs[asked] : undefined
  if (unit.state === 'retired') return null
  return (
    <>
      {mayContainUnits(unit.kind) && unit.state === 'available' && (
        <Button leftSection={<Icon name="plus" size={16} />} onClick={() => ask('add')}>
          Add inside
        </Button>
      )}
      {unit.state === 'maintenance' && <Button onClick={endMaintenance}>End maintenance</Button>}
      <MoreMenu
        entries={[
          { label: 'Move it', onSelect: () => ask('move') },
          { label: 'Rename', onSelect: () => ask('rename') },
          ...(unit.state === 'available' ? [{ label: 'Start maintenance', onSelect: () => ask('maintenance') }] : []),
          { label: 'Print', onSelect: () => window.print() },
          { label: 'Retire', danger: true, onSelect: () => ask('retire') },
        ]}
      />
      {asked === 'add' && <AddUnitDialog parent={unit} siblings={siblings} onClose={close} />}
      {dialog && <FormDialog {...dialog} onClose={close} />}
    </>
  )
}

import { useNavigate } from '@tanstack/react-router'
import { FormDialog } from '~/shared/form/FormDialog'
import { toBody } from '~/shared/form/fields'
import { say } from '~/shared/undo'
import { useRunCommands } from './api'
import { instrumentModels, usualLanes } from './instruments'

export function PlanDialog({ onClose }: { onClose: () => void }) {
  const { plan } = useRunCommands()
  const navigate = useNavigate()
  return (
    <FormDialog
      title="Plan a run"
      intro="The plan is a draft until it is validated; everything in it can still change."
      fields={[
        { name: 'name', label: 'Name', required: 'A run needs a name.', placeholder: 'Run 2026-48' },
        { name: 'project', label: 'Project' },
        { name: 'instrument_model', label: 'Model', kind: 'choice', options: instrumentModels.map(({ model }) => ({ value: model, label: model })) },
        { name: 'instrument', label: 'Instrument', required: 'Say on which instrument.', placeholder: 'M00146', help: 'Its name or serial number in the lab.' },
        { name: 'lanes', label: 'Lanes', kind: 'number', help: 'Empty: as the model has.' },
        { name: 'flow_cell', label: 'Flow cell', placeholder: 'Can be loaded later' },
        { name: 'read_structure', label: 'Read structure', placeholder: '151T8B8B151T' },
      ]}
      start={{ instrument_model: instrumentModels[0]?.model }}
      action="Plan"
      onClose={onClose}
      send={async (values) => {
        const body = toBody(values)
        const run = await plan({ ...body, lanes: body.lanes ?? usualLanes(String(body.instrument_model)) })
        say(`${run.name} is planned.`)
        return () => void navigate({ to: '/runs/$id', params: { id: run.id } })
      }}
    />
  )
}

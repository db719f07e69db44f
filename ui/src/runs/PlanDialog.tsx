import { useNavigate } from '@tanstack/react-router'
import { FormDialog } from '~/shared/form/FormDialog'
import { toBody } from '~/shared/form/fields'
import { say } from '~/shared/undo'
import { useRunCommands } from './api'
import { instrumentModels } from './instruments'

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
        { name: 'instrument_model', label: 'Model', kind: 'choice', options: instrumentModels.map((value) => ({ value, label: value })) },
        { name: 'instrument', label: 'Instrument', required: 'Say on which instrument.', placeholder: 'M00146', help: 'Its name or serial number in the lab.' },
        { name: 'lanes', label: 'Lanes', kind: 'number', help: 'Empty: as the model has, where all its flow cells are alike.' },
        { name: 'flow_cell', label: 'Flow cell', placeholder: 'Can be loaded later', scan: true },
        { name: 'read_structure', label: 'Read structure', placeholder: '151T8B8B151T' },
      ]}
      start={{ instrument_model: instrumentModels[0] }}
      action="Plan"
      onClose={onClose}
      send={async (values, once) => {
        const run = await plan(toBody(values), once)
        say(`${run.name} is planned.`)
        return () => void navigate({ to: '/runs/$id', params: { id: run.id } })
      }}
    />
  )
}

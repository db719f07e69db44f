import { useNavigate } from '@tanstack/react-router'
import { besideLabel } from '~/api/problem'
import { FormDialog } from '~/shared/form/FormDialog'
import { toBody } from '~/shared/form/fields'
import { say } from '~/shared/undo'
import { useSampleCommands } from './api'
import { barcodeField, factFields } from './fields'

export function RegisterDialog({ onClose, project }: { onClose: () => void; project?: string }) {
  const { register } = useSampleCommands()
  const navigate = useNavigate()
  const [name, ...others] = factFields
  return (
    <FormDialog
      title="Register a sample"
      intro="Only the name is needed now. Everything else can be added later."
      fields={name ? [name, barcodeField, ...others] : others}
      start={{ project: project ?? '', type: '' }}
      action="Register"
      onClose={onClose}
      send={async (values, once) => {
        const made = await register(toBody(values), once).catch((error: unknown) => { throw besideLabel(error, 'barcode', values.barcode) })
        say(`${made.name} is registered with the label ${made.barcode}.`)
        return () => void navigate({ to: '/samples/$id', params: { id: made.id } })
      }}
    />
  )
}

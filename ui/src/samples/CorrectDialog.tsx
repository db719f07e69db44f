import { useState } from 'react'
import type { Sample } from '~/api/types'
import { FormDialog } from '~/shared/form/FormDialog'
import { changedOnly } from '~/shared/form/fields'
import { say } from '~/shared/undo'
import { useSampleCommands } from './api'
import { factFields } from './fields'

const dateFields = new Set(['collected_at'])

export function CorrectDialog({ sample: shown, onClose }: { sample: Sample; onClose: () => void }) {
  // As it was when the form was opened: what a colleague changes meanwhile must not slip in unseen.
  const [sample] = useState(shown)
  const { verb } = useSampleCommands()
  const record = sample as Record<string, unknown>
  const start = Object.fromEntries(
    factFields.map(({ name }) => [name, dateFields.has(name) ? String(record[name] ?? '').slice(0, 10) : record[name]]),
  )
  return (
    <FormDialog
      title={`Correct ${sample.name}`}
      intro="The history keeps the old values beside the new ones."
      fields={[
        ...factFields,
        { name: 'reason', label: 'Why is it corrected?', kind: 'long', required: 'Say why, for those who read the history.', wide: true },
      ]}
      start={start}
      action="Save the correction"
      watched={{ resource: 'samples', id: sample.id, version: sample.version }}
      onClose={onClose}
      send={async ({ reason, ...facts }, once) => {
        const changed = changedOnly(start, facts)
        if (Object.keys(changed).length === 0) return
        await verb(sample.id, 'correct', { ...changed, reason }, { ...once, ifMatch: sample.version })
        say('The correction is saved.')
      }}
    />
  )
}

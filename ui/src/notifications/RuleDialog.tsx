import { useState } from 'react'
import type { Rule, RuleTerms } from '~/api/types'
import { FormDialog } from '~/shared/form/FormDialog'
import { toBody, type FieldSpec, type Values } from '~/shared/form/fields'
import { say } from '~/shared/undo'
import { eventWord } from '~/shared/words'
import { useEventTypes, useRuleCommand } from './api'

const urgencies = ['low', 'normal', 'high', 'critical'].map((value) => ({ value, label: eventWord(value) }))
const byWebhook = (values: Values) => values.channel === 'webhook'
const channels = [
  { value: 'inbox', label: 'The inbox on this page' },
  { value: 'webhook', label: 'A webhook: signed, sent to an address' },
]
export function RuleDialog({ rule: shown, onClose }: { rule?: Rule; onClose: () => void }) {
  const [rule] = useState(shown)
  const types = useEventTypes()
  const { create, change } = useRuleCommand()
  const names = [...new Set([...(types.data?.items.map((type) => type.name) ?? []), ...(rule?.event_types ?? [])])]
  const fields: FieldSpec[] = [
    { name: 'name', label: 'Name', required: 'A rule needs a name.', placeholder: 'Rejected samples' },
    { name: 'urgency', label: 'Urgency', kind: 'choice', options: urgencies },
    { name: 'event_types', label: 'When this happens', kind: 'choices', required: 'Choose at least one event.', wide: true, options: names.map((value) => ({ value, label: eventWord(value) })) },
    { name: 'project', label: 'Only in this project', help: 'Empty: in all.' },
    { name: 'channel', label: 'Tell through', kind: 'choice', options: channels },
    { name: 'recipient', label: 'For whom', help: 'Empty: the operator.', when: (values) => !byWebhook(values) },
    { name: 'url', label: 'Webhook address', placeholder: 'https://…', help: 'Each message is signed with a secret that the rule shows.', when: byWebhook },
  ]
  return (
    <FormDialog
      title={rule ? `Change ${rule.name}` : 'New rule'}
      fields={fields}
      start={rule ? { ...rule } : { urgency: 'normal', channel: 'inbox', event_types: [] }}
      action={rule ? 'Save' : 'Make the rule'}
      onClose={onClose}
      send={async (values, once) => {
        const chosen = Object.fromEntries(fields.filter(({ when }) => when?.(values) ?? true).map(({ name }) => [name, values[name]]))
        const terms = toBody(chosen) as unknown as RuleTerms
        if (rule) await change(rule.id, terms, { ...once, ifMatch: rule.version })
        else await create(terms, once)
        say(rule ? 'The rule is saved.' : 'The rule is active.')
      }}
    />
  )
}

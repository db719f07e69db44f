import { Autocomplete, MultiSelect, NativeSelect, NumberInput, Switch, TextInput, Textarea } from '@mantine/core'
import type { KeyboardEvent } from 'react'
import { Controller, type Control } from 'react-hook-form'
import { fromLocalInput, toLocalInput } from '../time'
import type { FieldSpec, Values } from './fields'

/** One labelled control, its help below the label and its error beside it. */
export function FormField({ spec, control, first }: { spec: FieldSpec; control: Control<Values>; first?: boolean }) {
  return (
    <Controller
      name={spec.name}
      control={control}
      rules={{ validate: (value) => (isGiven(value) ? spec.kind !== 'number' || !Number.isNaN(Number(value)) || 'This is no number.' : (spec.required ?? true)) }}
      render={({ field, fieldState }) => {
        const shared = {
          label: spec.unit ? `${spec.label} (${spec.unit})` : spec.label,
          description: spec.help,
          error: fieldState.error?.message,
          placeholder: spec.placeholder,
          withAsterisk: spec.required !== undefined,
          name: field.name,
          ref: field.ref,
          onBlur: field.onBlur,
          'data-autofocus': first || undefined,
        }
        const text = { ...shared, value: String(field.value ?? ''), autoComplete: 'off' }
        switch (spec.kind) {
          case 'long':
            return <Textarea {...text} onChange={field.onChange} autosize minRows={2} />
          case 'number':
            return (
              <NumberInput
                {...shared}
                value={typeof field.value === 'number' || typeof field.value === 'string' ? field.value : ''}
                onChange={(value) => field.onChange(value === '' ? null : value)}
                // What is typed stays as it is typed: a value that cannot be is refused in words, never made another.
                clampBehavior="none"
                allowedDecimalSeparators={['.', ',']}
                hideControls
              />
            )
          case 'choice':
            return <NativeSelect {...text} data={spec.options ?? []} onChange={field.onChange} />
          case 'choices':
            return (
              <MultiSelect
                {...shared}
                data={spec.options ?? []}
                value={Array.isArray(field.value) ? field.value.map(String) : []}
                onChange={field.onChange}
                searchable
                clearable
              />
            )
          case 'suggest':
            return <Autocomplete {...text} openOnFocus={false} data={spec.options?.map((one) => one.value) ?? []} onChange={field.onChange} />
          case 'moment':
            return (
              <TextInput
                {...shared}
                type="datetime-local"
                value={toLocalInput(String(field.value ?? ''))}
                onChange={(event) => field.onChange(fromLocalInput(event.currentTarget.value))}
              />
            )
          case 'date':
            return <TextInput {...shared} type="date" value={String(field.value ?? '').slice(0, 10)} onChange={field.onChange} />
          case 'switch':
            return (
              <Switch
                label={spec.label}
                description={spec.help}
                checked={field.value === true}
                onChange={(event) => field.onChange(event.currentTarget.checked)}
                name={field.name}
              />
            )
          default:
            return <TextInput {...text} onChange={field.onChange} {...(spec.scan ? { 'data-scan-field': true, onKeyDown: toNextField } : {})} />
        }
      }}
    />
  )
}

/** The Enter of a scanner goes on to the next field, at last to the button: what was scanned is seen before it is sent. */
function toNextField(event: KeyboardEvent<HTMLInputElement>) {
  if (event.key !== 'Enter' || event.currentTarget.value.trim() === '') return
  const all = [...(event.currentTarget.form?.querySelectorAll<HTMLElement>('input:not([type=hidden]), select, textarea, button[type=submit]') ?? [])]
  const next = all[all.indexOf(event.currentTarget) + 1]
  if (!next) return
  event.preventDefault()
  next.focus()
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && String(value).trim() !== ''
}

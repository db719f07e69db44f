// Forms as data: every dialog of the page is a list of these, so that errors, labels and keys behave alike.
import type { WriteOptions } from '~/api/client'

export type Values = Record<string, unknown>
/** Sends what was said. The key stays the same while the form is sent again for want of an answer. */
export type Send = (values: Values, once: Pick<WriteOptions, 'key'>) => Promise<unknown>

export interface FieldSpec {
  name: string
  label: string
  kind?: 'text' | 'long' | 'number' | 'choice' | 'choices' | 'moment' | 'date' | 'switch' | 'suggest'
  options?: { value: string; label: string }[]
  required?: string
  help?: string
  placeholder?: string
  unit?: string
  wide?: boolean
  /** A label: a scan goes into it, wherever the focus stands in the form. */
  scan?: boolean
  /** Asked only while this holds of what the form says. */
  when?: (values: Values) => boolean
}

/** A number is text while it is typed: "7." may become 7.5. */
export function withNumbers(specs: readonly FieldSpec[], values: Values): Values {
  const typed = specs.filter(({ kind, name }) => kind === 'number' && typeof values[name] === 'string').map(({ name }) => [name, Number(values[name])])
  return { ...values, ...Object.fromEntries(typed) }
}

/** What goes over the wire: empty texts are left out, numbers are numbers. */
export function toBody(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      if (value === undefined || value === null) return []
      if (typeof value === 'string') return value.trim() === '' ? [] : [[name, value.trim()]]
      if (Array.isArray(value) && value.length === 0) return []
      return [[name, value]]
    }),
  )
}

/** Only what differs from what was there, with `null` or an empty text for what was cleared. */
export function changedOnly(before: Values, after: Values): Values {
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => {
      const was = before[name]
      return JSON.stringify(normal(was)) !== JSON.stringify(normal(value))
    }).map(([name, value]) => [name, value === '' && typeof before[name] === 'number' ? null : value]),
  )
}
const normal = (value: unknown) =>
  value === null || value === undefined || value === '' ? null : Array.isArray(value) && value.length === 0 ? null : value

import { useState } from 'react'
import { useForm } from 'react-hook-form'
import { asProblem, sortByField, type Problem } from '~/api/problem'
import { withNumbers, type FieldSpec, type Send, type Values } from './fields'
import { useOnce } from './useOnce'

/** A form whose refusals land beside the fields they speak of. */
export function useProblemForm(specs: readonly FieldSpec[], start: Values, send: Send) {
  const once = useOnce()
  const form = useForm<Values>({ defaultValues: start, shouldFocusError: true })
  const [problem, setProblem] = useState<Problem | null>(null)
  const [rest, setRest] = useState<string[]>([])
  const submit = form.handleSubmit(async (typed) => {
    const values = withNumbers(specs, typed)
    setProblem(null)
    try {
      await once(values, (key) => send(values, { key }))
    } catch (error) {
      const read = asProblem(error)
      const names = specs.map((spec) => spec.name)
      const { beside, rest: others } = sortByField(read, names)
      for (const [field, message] of beside) form.setError(field, { message })
      const first = [...beside.keys()][0]
      if (first) form.setFocus(first)
      setRest(others)
      setProblem(beside.size > 0 && others.length === 0 ? null : read)
    }
  })
  return { form, submit, problem, rest, sending: form.formState.isSubmitting }
}

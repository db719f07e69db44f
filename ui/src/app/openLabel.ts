import { api, unwrap } from '~/api/client'
import { asProblem } from '~/api/problem'
import { say } from '~/shared/undo'
import { pathOf } from './links'

/** A label scanned anywhere opens what it names. */
export async function openLabel(label: string, go: (to: string) => void) {
  try {
    const named = await unwrap(api.GET('/barcodes/{label_path}', { params: { path: { label_path: label } } }))
    const to = pathOf(named.kind, named.id)
    if (to) go(to)
    else say(`${label} is ${named.label_of}, which has no page of its own.`)
  } catch (error) {
    const problem = asProblem(error)
    say(problem.status === 404 ? `Nothing in the lab carries the label ${label}.` : problem.message, 'bad')
  }
}

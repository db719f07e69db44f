// What the list of samples keeps in the address.
import { text } from '~/shared/address'

export interface SamplesSearch {
  q?: string
  state?: string
  type?: string
  project?: string
  sort?: string
  names?: string
  register?: boolean
}

export const samplesSearch = (search: Record<string, unknown>): SamplesSearch => ({
  q: text(search.q),
  state: text(search.state),
  type: text(search.type),
  project: text(search.project),
  sort: text(search.sort),
  names: text(search.names),
  register: search.register === true || search.register === 'true' || undefined,
})

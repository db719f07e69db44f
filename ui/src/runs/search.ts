// What the list of runs keeps in the address.
import { text } from '~/shared/address'

export interface RunsSearch {
  q?: string
  state?: string
}

export const runsSearch = (search: Record<string, unknown>): RunsSearch => ({ q: text(search.q), state: text(search.state) })

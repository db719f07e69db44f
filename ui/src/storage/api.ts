import { queryOptions, useQueryClient } from '@tanstack/react-query'
import { api, unwrap, writeHeaders, type WriteOptions } from '~/api/client'
import { keys } from '~/api/keys'
import { momentQuery } from '~/api/moment'
import type { StorageUnit } from '~/api/types'
import { putEntity } from '~/live/apply'
import type { Values } from '~/shared/form/fields'

/** All units inside one (or at the top): every page of the list, as a tree shows them together. */
export function unitsQuery(parent: string, asOf?: string) {
  return queryOptions({
    queryKey: keys.list('storage-units', { parent }, asOf),
    queryFn: async () => {
      const items: StorageUnit[] = []
      let cursor: string | undefined
      do {
        const page = await unwrap(
          api.GET('/storage-units', { params: { query: { parent, limit: 500, ...momentQuery(asOf), ...(cursor ? { cursor } : {}) } } }),
        )
        items.push(...page.items)
        cursor = page.next || undefined
      } while (cursor)
      return items
    },
  })
}
export function unitQuery(id: string, asOf?: string) {
  return queryOptions({
    queryKey: keys.one('storage-units', id, asOf),
    queryFn: () => unwrap(api.GET('/storage-units/{id}', { params: { path: { id }, query: momentQuery(asOf) } })),
  })
}
export function mapQuery(id: string, asOf?: string) {
  return queryOptions({
    queryKey: keys.map(id, asOf),
    queryFn: () => unwrap(api.GET('/storage-units/{id}/map', { params: { path: { id }, query: momentQuery(asOf) } })),
  })
}
export function findUnitsQuery(words: string) {
  return queryOptions({
    queryKey: ['storage-units', 'find', words],
    queryFn: () => unwrap(api.GET('/storage-units', { params: { query: { q: words, limit: 20 } } })),
  })
}

export type UnitVerb = 'move' | 'rename' | 'start-maintenance' | 'end-maintenance' | 'retire'

export function useUnitCommands() {
  const cache = useQueryClient()
  const settle = (unit: StorageUnit) => {
    putEntity(cache, 'storage-units', unit)
    void cache.invalidateQueries({ queryKey: ['storage-units'] })
    void cache.invalidateQueries({ queryKey: ['lab'] })
    return unit
  }
  return {
    add: async (values: Values, options?: WriteOptions) =>
      settle(await unwrap(api.POST('/storage-units', { params: { header: writeHeaders(options) }, body: values as never }))),
    verb: async (id: string, verb: UnitVerb, body: Values = {}, options?: WriteOptions) =>
      settle(
        await unwrap(
          api.POST(`/storage-units/{id}:${verb}` as '/storage-units/{id}:move', {
            params: { path: { id }, header: writeHeaders(options) },
            body: body as never,
          }),
        ),
      ),
  }
}

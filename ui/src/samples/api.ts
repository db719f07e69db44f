import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query'
import { api, unwrap, writeHeaders, type WriteOptions } from '~/api/client'
import { keys } from '~/api/keys'
import { momentQuery } from '~/api/moment'
import type { Sample, VerbOf } from '~/api/types'
import { putEntity } from '~/live/apply'
import type { Values } from '~/shared/form/fields'

export interface SampleFilter {
  q?: string
  state?: string
  type?: string
  project?: string
  unit?: string
  sort?: string
}

export function samplesQuery(filter: SampleFilter, asOf?: string) {
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value))
  return infiniteQueryOptions({
    queryKey: keys.list('samples', given, asOf),
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/samples', {
          params: { query: { ...given, ...momentQuery(asOf), limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })
}

export function sampleQuery(id: string, asOf?: string) {
  return queryOptions({
    queryKey: keys.one('samples', id, asOf),
    queryFn: () => unwrap(api.GET('/samples/{id}', { params: { path: { id }, query: momentQuery(asOf) } })),
  })
}

export type SampleVerb = VerbOf<'/samples'>

export function sendSampleVerb(id: string, verb: SampleVerb, body: Values, options?: WriteOptions): Promise<Sample> {
  return unwrap(
    api.POST(`/samples/{id}:${verb}` as '/samples/{id}:accept', {
      params: { path: { id }, header: writeHeaders(options) },
      body: body as never,
    }),
  )
}

/** Commands on samples; each answer is put into the caches at once, before the stream tells it. */
export function useSampleCommands() {
  const cache = useQueryClient()
  const settle = (sample: Sample) => {
    putEntity(cache, 'samples', sample)
    void cache.invalidateQueries({ queryKey: keys.histories('samples') })
    void cache.invalidateQueries({ queryKey: keys.maps })
    return sample
  }
  return {
    register: async (values: Values, options?: WriteOptions) => {
      const made = await unwrap(api.POST('/samples', { params: { header: writeHeaders(options) }, body: values as never }))
      void cache.invalidateQueries({ queryKey: keys.lists('samples') })
      void cache.invalidateQueries({ queryKey: ['lab'] })
      return made
    },
    verb: async (id: string, verb: SampleVerb, body: Values = {}, options?: WriteOptions) =>
      settle(await sendSampleVerb(id, verb, body, options)),
  }
}

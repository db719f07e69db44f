import { infiniteQueryOptions, queryOptions, useQueryClient } from '@tanstack/react-query'
import { api, base, unwrap, writeHeaders } from '~/api/client'
import { keys } from '~/api/keys'
import { momentQuery } from '~/api/moment'
import { problemFrom, unreachable } from '~/api/problem'
import { token } from '~/api/session'
import type { Preview } from '~/api/types'
import { mappingJson, type Mapping } from './mapping'

/** Sends the bytes as they are; the server finds the table in them. Nothing is saved yet. */
export async function preview(file: File, mapping: Mapping, signal?: AbortSignal): Promise<Preview> {
  const corrections = mappingJson(mapping)
  let answer: Response
  try {
    answer = await fetch(`${base}/imports/preview?filename=${encodeURIComponent(file.name)}`, {
      method: 'POST',
      signal,
      body: file,
      headers: {
        'Content-Type': 'application/octet-stream',
        Authorization: `Bearer ${token() ?? ''}`,
        ...(corrections ? { 'X-TracSeq-Mapping': corrections } : {}),
      },
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw unreachable()
  }
  const body: unknown = await answer.json().catch(() => null)
  if (!answer.ok) throw problemFrom(answer.status, body)
  return body as Preview
}

export function importsQuery(asOf?: string) {
  return infiniteQueryOptions({
    queryKey: keys.list('imports', {}, asOf),
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/imports', { params: { query: { ...momentQuery(asOf), limit: 25, ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })
}

const working = new Set(['listing', 'reserving', 'accepted'])
const progress_ms = 400

/** Read again while it works: rows are counted up faster than single events are worth showing. */
export function importQuery(id: string, asOf?: string) {
  return queryOptions({
    queryKey: keys.one('imports', id, asOf),
    queryFn: () => unwrap(api.GET('/imports/{id}', { params: { path: { id }, query: momentQuery(asOf) } })),
    refetchInterval: ({ state }) => (state.data && working.has(state.data.state) && !asOf ? progress_ms : false),
  })
}
export const isWorking = (state: string) => working.has(state)

export function importSamplesQuery(id: string, asOf?: string) {
  return queryOptions({
    queryKey: ['imports', 'samples', id, asOf ?? 'now'],
    queryFn: () => unwrap(api.GET('/imports/{id}/samples', { params: { path: { id }, query: { limit: 100, ...momentQuery(asOf) } } })),
  })
}

export function useCommitImport() {
  const cache = useQueryClient()
  // The preview is imported as it was shown: the server kept it with all corrections.
  return async (read: Preview, force: boolean, key: string) => {
    const started = await unwrap(
      api.POST('/imports', {
        params: { header: writeHeaders({ key }) },
        body: {
          preview_id: read.preview_id,
          sha256: read.sha256,
          ...(force ? { force: true } : {}),
        },
      }),
    )
    void cache.invalidateQueries({ queryKey: ['imports'] })
    return started
  }
}

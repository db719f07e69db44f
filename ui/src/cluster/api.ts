import { useQuery } from '@tanstack/react-query'
import { api, unwrap } from '~/api/client'
import { keys } from '~/api/keys'

/** A node that takes longer is as good as gone for who looks at a cluster. */
const answerWithin_ms = 4000
/** Which other nodes there are is asked seldom: it matters when this one goes away. */
const seldom_ms = 30_000

/** The nodes as the answering one sees them. A node that is alone is asked once, unless somebody looks. */
export function useCluster({ every_ms }: { every_ms?: number } = {}) {
  return useQuery({
    queryKey: keys.cluster,
    queryFn: () => unwrap(api.GET('/cluster', { signal: AbortSignal.timeout(answerWithin_ms) })),
    refetchInterval: ({ state }) => every_ms ?? (state.data?.clustered === false ? false : seldom_ms),
    refetchOnWindowFocus: every_ms ? 'always' : false,
    // It is asked again anyway.
    retry: false,
  })
}

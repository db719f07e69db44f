import { QueryClient } from '@tanstack/react-query'
import { asProblem } from './problem'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The live stream says when something changed; time alone makes nothing stale.
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => asProblem(error).retryable && count < 2,
      retryDelay: (count) => Math.min(4000, 400 * 2 ** count),
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
})

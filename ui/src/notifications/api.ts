import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, unwrap, writeHeaders, type WriteOptions } from '~/api/client'
import { keys } from '~/api/keys'
import type { Delivery, RuleTerms } from '~/api/types'

/** Newest first, page by page. */
export function useInbox(unreadOnly: boolean) {
  return useInfiniteQuery({
    queryKey: [...keys.inbox, unreadOnly],
    queryFn: ({ pageParam }) =>
      unwrap(api.GET('/inbox', { params: { query: { ...(unreadOnly ? { unread: true } : {}), ...(pageParam ? { cursor: pageParam } : {}) } } })),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })
}
export const messagesOf = (inbox: ReturnType<typeof useInbox>) => inbox.data?.pages.flatMap((page) => page.items) ?? []
export const useUnread = () => useInbox(true).data?.pages[0]?.unread ?? 0

export function useMarkRead() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (id: string | 'all'): Promise<unknown> =>
      id === 'all'
        ? unwrap(api.POST('/inbox:read-all', { params: { header: writeHeaders() }, body: {} }))
        : unwrap(api.POST('/inbox/{id}:read', { params: { path: { id }, header: writeHeaders() }, body: {} })),
    onSettled: () => void cache.invalidateQueries({ queryKey: keys.inbox }),
  })
}

export function useRules() {
  return useQuery({ queryKey: keys.lists('notification-rules'), queryFn: () => unwrap(api.GET('/notification-rules')) })
}
export function useEventTypes() {
  return useQuery({ queryKey: ['event-types'], queryFn: () => unwrap(api.GET('/event-types')), staleTime: Infinity })
}

export function useRuleCommand() {
  const cache = useQueryClient()
  const settle = () => void cache.invalidateQueries({ queryKey: keys.lists('notification-rules') })
  return {
    create: async (terms: RuleTerms, options?: WriteOptions) => {
      const rule = await unwrap(api.POST('/notification-rules', { params: { header: writeHeaders(options) }, body: terms }))
      settle()
      return rule
    },
    change: async (id: string, terms: RuleTerms, options: WriteOptions) => {
      const rule = await unwrap(
        api.POST('/notification-rules/{id}:change', { params: { path: { id }, header: writeHeaders(options) }, body: terms }),
      )
      settle()
      return rule
    },
    turn: async (id: string, verb: 'pause' | 'resume' | 'delete', options?: WriteOptions) => {
      const rule = await unwrap(
        api.POST(`/notification-rules/{id}:${verb}` as '/notification-rules/{id}:pause', {
          params: { path: { id }, header: writeHeaders(options) },
          body: {},
        }),
      )
      settle()
      return rule
    },
  }
}

export function useDeliveries(state: Delivery['state'] | '') {
  return useInfiniteQuery({
    queryKey: [...keys.deliveries, state],
    queryFn: ({ pageParam }) =>
      unwrap(
        api.GET('/deliveries', { params: { query: { channel: 'webhook', ...(state ? { state } : {}), ...(pageParam ? { cursor: pageParam } : {}) } } }),
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next || undefined,
  })
}
export function useSendAgain() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.POST('/deliveries/{id}:send-again', { params: { path: { id }, header: writeHeaders() }, body: {} })),
    onSuccess: () => void cache.invalidateQueries({ queryKey: keys.deliveries }),
  })
}

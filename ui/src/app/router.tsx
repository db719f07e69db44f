import {
  createRootRoute, createRoute, createRouter, lazyRouteComponent, retainSearchParams,
} from '@tanstack/react-router'
import { runsSearch } from '~/runs/search'
import { samplesSearch } from '~/samples/search'
import { text } from '~/shared/address'
import { Loading } from '~/shared/states'
import { NotFound } from './NotFound'
import { PageFailed } from './PageFailed'
import { Shell } from './Shell'

export interface RootSearch {
  as_of?: string
}

const root = createRootRoute({
  validateSearch: (search: Record<string, unknown>): RootSearch => ({ as_of: text(search.as_of) }),
  // A past moment holds for the whole page: it stays in the address from link to link.
  search: { middlewares: [retainSearchParams(['as_of'])] },
  component: Shell,
  notFoundComponent: NotFound,
})

const at = <Path extends string>(path: Path, load: () => Promise<{ default: React.ComponentType }>) =>
  createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load) })

const samples = createRoute({
  getParentRoute: () => root,
  path: '/samples',
  validateSearch: samplesSearch,
  component: lazyRouteComponent(() => import('~/samples/SamplesPage')),
})

const runs = createRoute({
  getParentRoute: () => root,
  path: '/runs',
  validateSearch: runsSearch,
  component: lazyRouteComponent(() => import('~/runs/RunsPage')),
})

const tree = root.addChildren([
  at('/', () => import('~/home/HomePage')),
  samples,
  at('/samples/$id', () => import('~/samples/SamplePage')),
  at('/storage', () => import('~/storage/StoragePage')),
  at('/storage/$id', () => import('~/storage/UnitPage')),
  at('/scan', () => import('~/scan/ScanPage')),
  at('/scan/cards', () => import('~/scan/CardsPage')),
  runs,
  at('/runs/$id', () => import('~/runs/RunPage')),
  at('/imports', () => import('~/imports/ImportsPage')),
  at('/imports/$id', () => import('~/imports/ImportPage')),
  at('/notifications', () => import('~/notifications/NotificationsPage')),
  at('/audit', () => import('~/audit/AuditPage')),
  at('/system', () => import('~/system/SystemPage')),
  at('/cluster', () => import('~/cluster/ClusterPage')),
])

export const router = createRouter({
  routeTree: tree,
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultPendingMs: 150,
  defaultPendingComponent: () => <Loading lines={6} label="Opening the page" />,
  defaultErrorComponent: PageFailed,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

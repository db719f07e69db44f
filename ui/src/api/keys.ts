// One place where cache keys are made, so that the live stream finds what the pages asked for.
export type Resource = 'samples' | 'storage-units' | 'runs' | 'imports' | 'notification-rules'

type Moment = string | undefined
const at = (asOf: Moment) => asOf ?? 'now'

export const keys = {
  list: (resource: Resource, filter: object, asOf: Moment) => [resource, 'list', filter, at(asOf)] as const,
  lists: (resource: Resource) => [resource, 'list'] as const,
  one: (resource: Resource, id: string, asOf: Moment) => [resource, 'one', id, at(asOf)] as const,
  ones: (resource: Resource) => [resource, 'one'] as const,
  history: (resource: Resource, id: string) => [resource, 'history', id] as const,
  histories: (resource: Resource) => [resource, 'history'] as const,
  map: (id: string, asOf: Moment) => ['storage-units', 'map', id, at(asOf)] as const,
  maps: ['storage-units', 'map'] as const,
  lab: ['lab'] as const,
  activity: ['activity'] as const,
  events: ['events'] as const,
  inbox: ['inbox'] as const,
  deliveries: ['deliveries'] as const,
  processes: ['processes'] as const,
  system: ['system'] as const,
  cluster: ['cluster'] as const,
  parked: ['parked'] as const,
  search: (words: string) => ['search', words] as const,
}

/** `sample/0192…` → its resource and id. */
export function resourceOf(subject: string): { resource: Resource; id: string } | null {
  const [kind, id] = subject.split('/')
  const resources: Record<string, Resource> = {
    sample: 'samples',
    storage_unit: 'storage-units',
    run: 'runs',
    import: 'imports',
    notification_rule: 'notification-rules',
  }
  const resource = kind ? resources[kind] : undefined
  return resource && id ? { resource, id } : null
}

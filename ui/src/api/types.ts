// The contract's words, named once. The shapes come from the OpenAPI document.
import type { components, paths } from './schema'

type Schemas = components['schemas']
type Verb<Path, Things extends string> = Path extends `/api/v1${Things}/{id}:${infer Name}` ? Name : never
/** What may be asked of one of some things: `accept`, of `POST /api/v1/samples/{id}:accept`. */
export type VerbOf<Things extends string> = Verb<keyof paths, Things>
/** CloudEvents 1.0 JSON, as the stream and the event pages carry it. */
export interface CloudEvent {
  id: string
  type: string
  subject: string
  time: string
  summary?: string
  sequence?: string
  [more: string]: unknown
}
export type Sample = Schemas['sample_view']
export type SampleState = Sample['state'] | 'in_process' | 'completed' | 'consumed'
export type StorageUnit = Schemas['unit_view']
export type StorageMap = Schemas['map_view']
export type Slot = StorageMap['slots'][number]
export type Left = StorageMap['left'][number]
export type Run = Schemas['run_view']
export type RunState = Run['state']
export type LaneSample = Run['lane_samples'][number]
/** Both values as a person reads them, empty where there was none. */
export interface Change {
  field: string
  old: string
  new: string
}
export type HistoryEntry = Omit<Schemas['history_view'], 'changes'> & { changes: Change[] }
export type Preview = Schemas['preview_view']
export type SheetProblem = Preview['problems'][number]
export type SheetImport = Schemas['import_view']
export type Rule = Schemas['rule_view']
export type RuleTerms = Schemas['rule_terms']
export type InboxItem = Schemas['inbox_page']['items'][number]
export type Delivery = Schemas['delivery_view']
export type Activity = HistoryEntry
export type Lab = Schemas['lab_view']
export type System = Schemas['system_view']
export type Cluster = Schemas['cluster_view']
export type ClusterNode = Schemas['cluster_node']
export type ClusterPartition = Schemas['cluster_partition']
export type SearchHit = Schemas['search_view']
export type Verification = Schemas['audit_report']
export type ParkedEvent = Schemas['parked_stream']
export type Process = Schemas['process_view']

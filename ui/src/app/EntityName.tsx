import { queryOptions, useQuery } from '@tanstack/react-query'
import { resourceOf } from '~/api/keys'
import { importQuery } from '~/imports/api'
import { runQuery } from '~/runs/api'
import { sampleQuery } from '~/samples/api'
import { kindWord } from '~/shared/words'
import { unitQuery } from '~/storage/api'
import { EntityLink } from './EntityLink'

function nameQuery(stream: string) {
  const target = resourceOf(stream)
  const id = target?.id ?? ''
  const known = target?.resource
  const read = { samples: sampleQuery, runs: runQuery, 'storage-units': unitQuery, imports: importQuery, 'notification-rules': null }
  return queryOptions<{ name?: string; file_name?: string }>({
    queryFn: (known && read[known]?.(id).queryFn) as never,
    queryKey: ['name', stream],
    enabled: known !== undefined && read[known] !== null,
    staleTime: 600_000,
  })
}

/** A thing of the lab by its name, where its stream is all that is known; its kind until then. */
export function EntityName({ stream, className }: { stream: string; className?: string }) {
  const { data } = useQuery(nameQuery(stream))
  return (
    <EntityLink entity={stream} className={className}>
      {data?.name ?? data?.file_name ?? kindWord(stream.split('/')[0] ?? '')}
    </EntityLink>
  )
}

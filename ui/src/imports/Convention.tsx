import { NativeSelect } from '@mantine/core'
import type { Preview } from '~/api/types'
import type { Mapping } from './mapping'

interface Props {
  preview: Preview
  mapping: Mapping
  onMapping: (mapping: Mapping) => void
}

/** Asks how dates and numbers are written, where the sheet leaves it open. */
export function Convention({ preview, mapping, onMapping }: Props) {
  const open = (code: string) => preview.problems.some((problem) => problem.code === code)
  return (
    <>
      {(open('ambiguous_date') || mapping.dates) && (
        <NativeSelect
          size="xs"
          label="03/04/2026 means"
          value={mapping.dates ?? ''}
          onChange={(event) => onMapping({ ...mapping, dates: (event.currentTarget.value || undefined) as Mapping['dates'] })}
          data={[{ value: '', label: 'Please choose' }, { value: 'day_first', label: '3 April' }, { value: 'month_first', label: '4 March' }]}
        />
      )}
      {(open('ambiguous_number') || mapping.decimals) && (
        <NativeSelect
          size="xs"
          label="1,500 means"
          value={mapping.decimals ?? ''}
          onChange={(event) => onMapping({ ...mapping, decimals: (event.currentTarget.value || undefined) as Mapping['decimals'] })}
          data={[{ value: '', label: 'Please choose' }, { value: 'comma', label: '1.5' }, { value: 'point', label: '1500' }]}
        />
      )}
    </>
  )
}

// A person's corrections of how a sheet was understood.
export interface Mapping {
  /** Row of the table's header, as the spreadsheet numbers it. */
  header_row?: number
  /** Column number → field key; an empty text keeps the column as it is, beside our fields. */
  columns: Record<number, string>
}
export const noMapping: Mapping = { columns: {} }

/** What goes over the wire; null when nothing was corrected. */
export function mappingJson(mapping: Mapping): string | null {
  const columns = Object.keys(mapping.columns).length > 0
  if (!columns && mapping.header_row === undefined) return null
  return JSON.stringify({
    ...(mapping.header_row === undefined ? {} : { header_row: mapping.header_row }),
    ...(columns ? { columns: mapping.columns } : {}),
  })
}

export function correctColumn(mapping: Mapping, column: number, field: string): Mapping {
  return { ...mapping, columns: { ...mapping.columns, [column]: field } }
}
/** Another header row means other columns: their corrections no longer mean anything. */
export function correctHeader(row: number | undefined): Mapping {
  return row === undefined ? noMapping : { header_row: row, columns: {} }
}

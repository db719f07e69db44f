// A person's corrections of how a sheet was understood.
export interface Mapping {
  /** A workbook's sheet, by name. */
  sheet?: string
  /** Row of the table's header, as the spreadsheet numbers it. */
  header_row?: number
  /** Column letter → field key, `custom` (kept beside our fields) or `ignore`. */
  columns: Record<string, string>
  /** How 03/04/2026 is meant, where the column does not tell. */
  dates?: 'day_first' | 'month_first'
  /** How 1,500 is meant. */
  decimals?: 'point' | 'comma'
}
export const noMapping: Mapping = { columns: {} }

/** What goes over the wire; null when nothing was corrected. */
export function mappingJson({ sheet, header_row, columns, dates, decimals }: Mapping): string | null {
  const said = {
    ...(sheet ? { sheet } : {}),
    ...(header_row === undefined ? {} : { header_row }),
    ...(Object.keys(columns).length > 0 ? { columns } : {}),
    ...(dates ? { dates } : {}),
    ...(decimals ? { decimals } : {}),
  }
  return Object.keys(said).length > 0 ? JSON.stringify(said) : null
}

export function correctColumn(mapping: Mapping, letter: string, field: string): Mapping {
  return { ...mapping, columns: { ...mapping.columns, [letter]: field } }
}
/** Another header row or sheet means other columns: their corrections no longer mean anything. */
export function correctHeader({ sheet }: Mapping, header_row: number | undefined): Mapping {
  return { ...(sheet ? { sheet } : {}), ...(header_row === undefined ? {} : { header_row }), columns: {} }
}
export function correctSheet(sheet: string): Mapping {
  return { sheet, columns: {} }
}

import type { Preview, SheetProblem } from '~/api/types'

type Row = Preview['rows'][number]
type Column = Preview['columns'][number]

/** A cell's text, whichever way the row names its columns. */
export function cellText(row: Row, column: Column): string {
  const { field, header } = column
  return (field ? row.values[field] : undefined) ?? row.values[header] ?? row.values[String(column.column)] ?? ''
}

/** Problems of one cell: by its column, or by its field where the column is not told. */
export function problemsAt(row: Row, column: Column): SheetProblem[] {
  return (row.problems ?? []).filter(
    (problem) => problem.column === column.column || (!problem.column && problem.field !== '' && problem.field === column.field),
  )
}
export function problemsOfRow(row: Row, columns: readonly Column[]): SheetProblem[] {
  const placed = new Set(columns.flatMap((column) => problemsAt(row, column)))
  return (row.problems ?? []).filter((problem) => !placed.has(problem))
}
export const isBad = (row: Row) => (row.problems ?? []).some((problem) => problem.severity !== 'warning')

import type { Preview, SheetProblem } from '~/api/types'

type Row = Preview['rows'][number]
type Column = Preview['columns'][number]

/** A column that gives one of our fields; others are kept beside them or left out. */
export const givesField = (column: Column) => column.field !== '' && column.field !== 'custom' && column.field !== 'ignore'

/** A cell's text: under its field, or under the name it is kept by. */
export function cellText(row: Row, column: Column): string {
  const names = givesField(column) ? [column.field] : [`custom.${column.custom_key}`]
  return names.map((name) => row.values[name]).find((text) => text !== undefined) ?? ''
}

/** Problems of one cell: by its column's letter, or by its field where no column is told. */
export function problemsAt(row: Row, column: Column): SheetProblem[] {
  return (row.problems ?? []).filter(
    (problem) => problem.column === column.column || (!problem.column && problem.field !== '' && problem.field === column.field),
  )
}
export function problemsOfRow(row: Row, columns: readonly Column[]): SheetProblem[] {
  const placed = new Set(columns.flatMap((column) => problemsAt(row, column)))
  return (row.problems ?? []).filter((problem) => !placed.has(problem))
}
/** Problems of the sheet as a whole: of its header, or of having no rows. */
export const problemsOfSheet = (preview: Pick<Preview, 'problems' | 'header_row'>) =>
  preview.problems.filter((problem) => problem.severity !== 'warning' && problem.row <= preview.header_row)
export const isBad = (row: Row) => (row.problems ?? []).some((problem) => problem.severity !== 'warning')

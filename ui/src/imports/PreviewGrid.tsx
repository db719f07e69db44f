import { NativeSelect } from '@mantine/core'
import { Fragment } from 'react'
import type { Preview, SheetProblem } from '~/api/types'
import { cellText, isBad, problemsAt, problemsOfRow } from './grid'
import css from './PreviewGrid.module.css'

interface Props {
  preview: Preview
  /** Meanings that a person chose, by column; shown at once, before the server has read the sheet anew. */
  chosen: Readonly<Record<string, string>>
  onlyErrors: boolean
  onColumn: (letter: string, field: string) => void
}

/** The sheet as it was understood: each column with its field, each bad cell with what would be right. */
export function PreviewGrid({ preview, chosen, onlyErrors, onColumn }: Props) {
  const { columns, fields } = preview
  const rows = onlyErrors ? preview.rows.filter((row) => (row.problems ?? []).length > 0) : preview.rows
  const options = [{ value: 'custom', label: 'Keep as it is' }, { value: 'ignore', label: 'Leave out' }, ...fields.map(({ key, label }) => ({ value: key, label }))]
  return (
    <div className={css.wrap} tabIndex={0} role="region" aria-label="The sheet's rows">
      <table className={css.grid}>
        <thead>
          <tr>
            <th scope="col">Row</th>
            {columns.map((column) => (
              <th key={column.column} scope="col">
                <span className={css.header}>{column.header || `Column ${column.column}`}</span>
                <NativeSelect
                  size="xs"
                  aria-label={`${column.header || `Column ${column.column}`} means`}
                  title={column.why}
                  value={chosen[column.column] ?? (column.field || 'custom')}
                  onChange={(event) => onColumn(column.column, event.currentTarget.value)}
                  data={options}
                />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Fragment key={row.source_row}>
              <tr>
                <th scope="row">
                  {row.source_row}
                  {isBad(row) && <span className="visually-hidden"> has errors</span>}
                </th>
                {columns.map((column) => {
                  const problems = problemsAt(row, column)
                  const bad = problems.some((problem) => problem.severity !== 'warning')
                  return (
                    <td key={column.column} className={bad ? css.bad : problems.length > 0 ? css.odd : undefined}>
                      <span className={css.value}>{cellText(row, column)}</span>
                      <Words problems={problems} />
                    </td>
                  )
                })}
              </tr>
              <RowWords row={row} columns={columns} />
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** What is wrong with a row as a whole, below it and as wide as it. */
function RowWords({ row, columns }: { row: Preview['rows'][number]; columns: Preview['columns'] }) {
  const problems = problemsOfRow(row, columns)
  if (problems.length === 0) return null
  return (
    <tr>
      <td colSpan={columns.length + 1} className={css.whole}>
        <span className={css.aside}><Words problems={problems} /></span>
      </td>
    </tr>
  )
}

function Words({ problems }: { problems: readonly SheetProblem[] }) {
  return problems.map((problem) => (
    <span key={problem.code + problem.detail} className={css.wrong}>
      {problem.detail}
      {problem.suggestion && <span className={css.right}> {problem.suggestion}</span>}
    </span>
  ))
}

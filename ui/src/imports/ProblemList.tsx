import type { Preview } from '~/api/types'
import { count } from '~/shared/words'
import { problemsOfSheet } from './grid'

const shown_max = 300

/** Errors of rows beyond those drawn; each with its row and column. */
export function ProblemList({ preview }: { preview: Preview }) {
  const drawn = new Set(preview.rows.map((row) => row.source_row))
  const told = new Set(problemsOfSheet(preview))
  const beyond = preview.problems.filter((problem) => !drawn.has(problem.row) && !told.has(problem))
  if (beyond.length === 0) return null
  const headers = new Map(preview.columns.map((column) => [column.column, column.header]))
  return (
    <div className="table-wrap" tabIndex={0} role="region" aria-label="More errors">
      <h3 style={{ fontSize: '0.95rem', margin: '0.4rem 0' }}>{count(beyond.length, 'error')} elsewhere in the file</h3>
      <table className="table">
        <thead><tr><th scope="col">Row</th><th scope="col">Column</th><th scope="col">What is wrong</th><th scope="col">What would be right</th></tr></thead>
        <tbody>
          {beyond.slice(0, shown_max).map((problem, index) => (
            <tr key={index}>
              <td>{problem.row || ''}</td>
              <td>{headers.get(problem.column) || problem.field}</td>
              <td>{problem.detail}</td>
              <td>{problem.suggestion}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {beyond.length > shown_max && <p className="soft">…and {beyond.length - shown_max} more of the kind.</p>}
    </div>
  )
}

// Loading, empty and failed: the three states every part of the page has beside its content.
import { Button, Skeleton } from '@mantine/core'
import type { ReactNode } from 'react'
import { asProblem } from '~/api/problem'
import css from './states.module.css'

export function Loading({ lines = 4, label = 'Loading' }: { lines?: number; label?: string }) {
  return (
    <div role="status" aria-label={label} className="stack">
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={18} width={`${92 - ((line * 17) % 40)}%`} />
      ))}
    </div>
  )
}

export function Empty({ title, whole, children, actions }: { title: string; /** All that the page shows. */ whole?: boolean; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={css.empty}>
      {whole ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children && <p>{children}</p>}
      {actions && <div className={css.actions}>{actions}</div>}
    </div>
  )
}

type NoteTone = 'bad' | 'warn' | 'calm' | 'good'
export function Note({ tone, title, children, role }: { tone: NoteTone; title?: string; children?: ReactNode; role?: 'alert' | 'status' | 'none' }) {
  return (
    <div className={`${css.note} ${css[tone]}`} role={role ?? (tone === 'bad' ? 'alert' : undefined)}>
      {title && <strong>{title}</strong>}
      {typeof children === 'string' ? <p>{children}</p> : children}
    </div>
  )
}

/** A problem in words, with all that belongs to no shown field. */
export function ProblemNote({ error, rest }: { error: unknown; rest?: string[] }) {
  const problem = asProblem(error)
  const lines = rest ?? problem.fields.map((field) => field.detail)
  const extra = lines.filter((line) => line !== problem.message)
  return (
    <Note tone="bad">
      <div>
        <p>{problem.message}</p>
        {extra.length > 0 && (
          <ul>
            {extra.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        )}
      </div>
    </Note>
  )
}

export function Failed({ error, whole, retry }: { error: unknown; whole?: boolean; retry?: () => void }) {
  const problem = asProblem(error)
  const title = problem.status === 404 ? 'Not found' : problem.status === 0 ? 'No connection' : 'This did not work'
  return (
    <div role="alert">
      <Empty
        title={title}
        whole={whole}
        actions={retry && <Button variant="default" onClick={retry}>Try again</Button>}
      >
        {problem.message}
        {problem.requestId && problem.status !== 404 && <span className="soft"> (request {problem.requestId})</span>}
      </Empty>
    </div>
  )
}

interface Asked<T> {
  data: T | undefined
  isError: boolean
  error: unknown
  refetch: () => unknown
}

/** The usual choice between the four states of a query. */
export function Loaded<T>({ query, lines, whole, children }: { query: Asked<T>; whole?: boolean; lines?: number; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return <>{children(query.data)}</>
  if (query.isError) return <Failed whole={whole} error={query.error} retry={() => void query.refetch()} />
  return <Loading lines={lines} />
}

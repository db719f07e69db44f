import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { pathOfEntity } from './links'

/** A link to whatever an entity's stream name means; plain words where it has no page. */
export function EntityLink({ entity, children, className }: { entity: string; children: ReactNode; className?: string }) {
  const to = pathOfEntity(entity)
  return to ? (
    <Link to={to} className={className}>
      {children}
    </Link>
  ) : (
    <span className={className}>{children}</span>
  )
}

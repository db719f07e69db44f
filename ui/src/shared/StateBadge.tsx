import type { ReactNode } from 'react'
import css from './StateBadge.module.css'
import { stateWord, toneOf, type Tone } from './words'

export function Tag({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`${css.badge} ${css[tone]}`}>{children}</span>
}

export function StateBadge({ state }: { state: string }) {
  return <Tag tone={toneOf(state)}>{stateWord(state)}</Tag>
}

import { Button } from '@mantine/core'
import { Tag } from '~/shared/StateBadge'
import type { Tone } from '~/shared/words'
import css from './Scan.module.css'
import type { ScanItem } from './queue'
import { compensation } from './send'

const shown_max = 30
const marks: Record<ScanItem['status'], { tone: Tone; word: string }> = {
  waiting: { tone: 'warn', word: 'Waiting' },
  asks: { tone: 'warn', word: 'Asks' },
  done: { tone: 'good', word: 'Done' },
  refused: { tone: 'bad', word: 'Refused' },
  undone: { tone: 'neutral', word: 'Undone' },
  left: { tone: 'neutral', word: 'Left' },
}

export function ScanLog({ items, onUndo, onForget }: { items: readonly ScanItem[]; onUndo: (item: ScanItem) => void; onForget: () => void }) {
  if (items.length === 0) return <p className="soft" style={{ margin: 0 }}>Each scan is kept here until the server has it, also without network.</p>
  return (
    <>
      <ol className={css.log}>
        {items.slice(-shown_max).reverse().map((item) => (
          <li key={item.key}>
            <span style={{ minWidth: 0 }}>
              <span className="row">
                <Tag tone={marks[item.status].tone}>{marks[item.status].word}</Tag>
                <span className="mono clip">{item.label}</span>
              </span>
              <span className="soft" style={{ fontSize: '0.88rem', overflowWrap: 'anywhere' }}>{item.words}</span>
            </span>
            {item.status === 'done' && !item.reason && compensation(item) && (
              <Button size="compact-sm" variant="default" onClick={() => onUndo(item)} aria-label={`Undo ${item.label}`}>Undo</Button>
            )}
          </li>
        ))}
      </ol>
      <Button size="compact-sm" variant="subtle" onClick={onForget} mt="xs">Clear what is finished</Button>
    </>
  )
}

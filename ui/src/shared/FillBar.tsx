import css from './FillBar.module.css'

/** How full a unit is: 80 % warns, 95 % is critical, in words too. */
export function FillBar({ used, capacity, label }: { used: number; capacity: number | null; label: string }) {
  if (!capacity) return <span className="soft">{used === 0 ? 'Empty' : `${used} inside`}</span>
  const percent = Math.min(100, Math.round((used / capacity) * 100))
  const level = percent >= 95 ? 'full' : percent >= 80 ? 'warn' : 'fine'
  return (
    <span className={css.line}>
      <span
        className={css.bar}
        role="meter"
        aria-label={`${label}: fill`}
        aria-valuenow={used}
        aria-valuemin={0}
        aria-valuemax={capacity}
        aria-valuetext={`${used} of ${capacity} places taken`}
      >
        <span className={css.fill} data-level={level} style={{ width: `${percent}%` }} />
      </span>
      <span className="nowrap">
        {used} / {capacity}
        {level === 'full' && ' · full'}
        {level === 'warn' && ' · nearly full'}
      </span>
    </span>
  )
}

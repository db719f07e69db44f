const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000], ['month', 2_592_000], ['day', 86_400], ['hour', 3600], ['minute', 60],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })
const short = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
const dayOnly = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' })

export function ago(moment: string | number, now = Date.now()): string {
  const seconds = (new Date(moment).getTime() - now) / 1000
  if (Number.isNaN(seconds)) return ''
  for (const [unit, size] of steps)
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit)
  return Math.abs(seconds) < 10 ? 'just now' : relative.format(Math.round(seconds), 'second')
}
const guarded = (format: Intl.DateTimeFormat) => (moment: string) => {
  const date = new Date(moment)
  return Number.isNaN(date.getTime()) ? moment : format.format(date)
}
export const fullTime = guarded(full)
export const shortTime = guarded(short)
/** A collection date has no time of day; writing one would invent it. */
export const dateWords = (moment: string) =>
  /^\d{4}-\d{2}-\d{2}$/.test(moment) || /T00:00:00(\.0+)?Z$/.test(moment) ? guarded(dayOnly)(moment) : fullTime(moment)

/** Words of the server, with the moments in them as a person reads them. */
export const withDates = (words: string) => words.replace(/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})/g, dateWords)

/** For `<input type="datetime-local">`, in the person's own time zone. */
export function toLocalInput(moment: string): string {
  const date = new Date(moment)
  if (Number.isNaN(date.getTime())) return ''
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
export function fromLocalInput(value: string): string {
  const date = new Date(value)
  return value === '' || Number.isNaN(date.getTime()) ? '' : date.toISOString()
}

/** "90 s", "12 min", "3 h", "5 days". */
export function lasting(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`
}

// Sensible layouts for each kind of storage, as labs buy them.
export interface Layout {
  rows?: number
  columns?: number
  count?: number
}
export interface LayoutChoice {
  value: string
  label: string
  layout: Layout
}

const grid = (rows: number, columns: number, label = `${rows} × ${columns}`): LayoutChoice => ({
  value: `${rows}x${columns}`, label: `${label} (${rows * columns} places)`, layout: { rows, columns },
})
const places = (count: number, what: string): LayoutChoice => ({ value: `n${count}`, label: `${count} ${what}`, layout: { count } })
const unbounded: LayoutChoice = { value: 'any', label: 'No fixed places', layout: {} }

/** The first choice is the default. */
export const layoutsOf: Record<string, LayoutChoice[]> = {
  freezer: [places(5, 'shelves'), places(4, 'shelves'), places(20, 'racks'), unbounded],
  shelf: [places(4, 'racks'), places(6, 'racks'), unbounded],
  drawer: [places(10, 'places'), unbounded],
  rack: [places(25, 'boxes'), places(16, 'boxes'), places(20, 'boxes'), unbounded],
  box: [grid(9, 9), grid(10, 10), grid(8, 12), grid(5, 5), grid(7, 7), grid(12, 12)],
  plate: [grid(8, 12, '96-well'), grid(16, 24, '384-well'), grid(32, 48, '1536-well')],
  tube_rack: [grid(8, 12), grid(4, 6), grid(6, 8)],
  bag: [unbounded],
  room: [unbounded],
  building: [unbounded],
  site: [unbounded],
}
/** What usually stands in what; the first is offered when something is added inside. */
export const childKinds: Record<string, string[]> = {
  '': ['freezer', 'room', 'shelf', 'box', 'plate', 'site', 'building', 'drawer', 'rack', 'tube_rack', 'bag'],
  site: ['building', 'room', 'freezer'],
  building: ['room', 'freezer'],
  room: ['freezer', 'shelf'],
  freezer: ['shelf', 'rack', 'drawer', 'box', 'plate', 'bag'],
  shelf: ['rack', 'box', 'plate', 'drawer', 'bag'],
  drawer: ['box', 'rack', 'plate', 'bag'],
  rack: ['box', 'plate', 'tube_rack', 'bag'],
}
export function holdsSamples(kind: string): boolean {
  return ['box', 'plate', 'tube_rack', 'bag'].includes(kind)
}
export function mayContainUnits(kind: string): boolean {
  return kind in childKinds
}
/** "Freezer 3" beside "Freezer 1" and "Freezer 2". */
export function nextName(word: string, taken: readonly string[]): string {
  const names = new Set(taken.map((name) => name.toLowerCase()))
  let number = 1
  while (names.has(`${word} ${number}`.toLowerCase())) number++
  return `${word} ${number}`
}

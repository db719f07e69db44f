// Names of places: SLAS coordinates (A1 … AF48) on grids, plain numbers where there is only a count.
export interface Grid {
  rows: number
  columns: number
}
export interface Cell {
  row: number
  column: number
}

/** 0 → A, 25 → Z, 26 → AA, 31 → AF (the last row of a 1536 plate). */
export function rowName(row: number): string {
  return row < 26 ? String.fromCharCode(65 + row) : rowName(Math.floor(row / 26) - 1) + rowName(row % 26)
}
export const slotName = ({ row, column }: Cell): string => `${rowName(row)}${column + 1}`

/** `b7`, `B07` and `B7` are the same place. Null for anything that is no place of this grid. */
export function parseSlot(text: string, grid: Grid): Cell | null {
  const match = /^([A-Za-z]{1,2})0*([1-9]\d{0,2})$/.exec(text.trim())
  if (!match) return null
  const letters = (match[1] ?? '').toUpperCase()
  const row = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
  const column = Number(match[2]) - 1
  return row < grid.rows && column < grid.columns ? { row, column } : null
}

/** All places in the order in which a person fills them. */
export function fillOrder({ rows, columns }: Grid, by: 'row' | 'column' = 'row'): string[] {
  const names: string[] = []
  for (let outer = 0; outer < (by === 'row' ? rows : columns); outer++)
    for (let inner = 0; inner < (by === 'row' ? columns : rows); inner++)
      names.push(by === 'row' ? slotName({ row: outer, column: inner }) : slotName({ row: inner, column: outer }))
  return names
}

/** The next free place at or after `from`; null when the grid is full from there on. */
export function nextFree(order: readonly string[], taken: ReadonlySet<string>, from?: string): string | null {
  const start = from ? Math.max(0, order.indexOf(from)) : 0
  return order.slice(start).find((slot) => !taken.has(slot)) ?? null
}

const moves: Record<string, [number, number]> = {
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
}
/** Where an arrow key, Home, End, Page Up or Page Down leads on the grid. */
export function step({ row, column }: Cell, key: string, grid: Grid, wide: boolean): Cell | null {
  const move = moves[key]
  if (move)
    return {
      row: Math.max(0, Math.min(grid.rows - 1, row + move[0])),
      column: Math.max(0, Math.min(grid.columns - 1, column + move[1])),
    }
  if (key === 'Home') return { row: wide ? 0 : row, column: 0 }
  if (key === 'End') return { row: wide ? grid.rows - 1 : row, column: grid.columns - 1 }
  if (key === 'PageUp') return { row: 0, column }
  if (key === 'PageDown') return { row: grid.rows - 1, column }
  return null
}

/** Every place of the rectangle between two cells. */
export function rectangle(a: Cell, b: Cell): string[] {
  const names: string[] = []
  for (let row = Math.min(a.row, b.row); row <= Math.max(a.row, b.row); row++)
    for (let column = Math.min(a.column, b.column); column <= Math.max(a.column, b.column); column++)
      names.push(slotName({ row, column }))
  return names
}

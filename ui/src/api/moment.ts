// The moment the whole page looks at: `as_of` in the address, absent for now.
import { useNavigate, useSearch } from '@tanstack/react-router'

export function useAsOf(): string | undefined {
  return useSearch({ strict: false, select: (search: { as_of?: string }) => search.as_of })
}

export function useSetAsOf() {
  const navigate = useNavigate()
  return (moment: string | undefined) =>
    navigate({
      to: '.',
      search: (before: Record<string, unknown>) => ({ ...before, as_of: moment }),
      replace: true,
      resetScroll: false,
    } as never)
}

/** While another moment of the same thing is read, the one before stays: the slider is not torn from the hand. */
export function stillShown(id: string, asOf: string | undefined) {
  return <T>(before: T | undefined, query?: { queryKey: readonly unknown[] }) => (asOf !== undefined && query?.queryKey[2] === id ? before : undefined)
}

export function momentQuery(asOf: string | undefined): { as_of?: string } {
  return asOf ? { as_of: asOf } : {}
}

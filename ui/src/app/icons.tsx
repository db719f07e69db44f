// Sixteen strokes drawn here, so that no icon font or package travels with the page.
const paths = {
  home: 'M3 11l9-8 9 8M5.5 9.5V21h13V9.5M10 21v-6h4v6',
  tube: 'M9 3h6M10 3v14a2 2 0 004 0V3M10 12h4',
  box: 'M4 4h16v16H4zM4 9.33h16M4 14.66h16M9.33 4v16M14.66 4v16',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 8v8M11 8v8M14 8v8M17 8v8',
  run: 'M4 19V5M4 19h16M8 15l3-4 3 2 4-6',
  sheet: 'M6 3h9l4 4v14H6zM15 3v4h4M9 12h7M9 16h7',
  bell: 'M6 16V11a6 6 0 0112 0v5l2 2H4zM10 21h4',
  audit: 'M12 3l8 3v6c0 4.5-3.3 7.8-8 9-4.7-1.2-8-4.5-8-9V6zM8.5 12l2.5 2.5L15.5 10',
  cluster: 'M12 3a2.5 2.5 0 100 5 2.5 2.5 0 000-5zM5.5 16a2.5 2.5 0 100 5 2.5 2.5 0 000-5zM18.5 16a2.5 2.5 0 100 5 2.5 2.5 0 000-5zM11 7.8l-4.2 8.4M13 7.8l4.2 8.4M8 18.5h8',
  system: 'M4 5h16v6H4zM4 13h16v6H4zM8 8h.01M8 16h.01',
  search: 'M11 4a7 7 0 100 14 7 7 0 000-14zM16.5 16.5L21 21',
  sun: 'M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.5 17.5L19 19M5 19l1.5-1.5M17.5 6.5L19 5',
  moon: 'M20 14.5A8.5 8.5 0 019.5 4a8.5 8.5 0 1010.5 10.5z',
  auto: 'M12 3a9 9 0 100 18zM12 3a9 9 0 010 18',
  plus: 'M12 5v14M5 12h14',
  out: 'M14 4h5v16h-5M4 12h11M11 8l4 4-4 4',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth={1.7} strokeLinecap="round" strokeLinejoin="round" aria-hidden>
      <path d={paths[name]} />
    </svg>
  )
}

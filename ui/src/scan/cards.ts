// Command cards: printed once, scanned instead of touching the screen.
export const verbs = ['place', 'take-out', 'receive', 'check'] as const
export type StationVerb = (typeof verbs)[number]
export type Command = 'confirm' | 'undo' | 'next'

export const verbWords: Record<StationVerb, { label: string; hint: string }> = {
  place: { label: 'Place', hint: 'Box, then tube after tube' },
  'take-out': { label: 'Take out', hint: 'Tube after tube' },
  receive: { label: 'Receive', hint: 'Tube after tube' },
  check: { label: 'Check', hint: 'Box, then every tube in it' },
}
export const cardPrefix = 'TRACSEQ-'

export type Card = { verb: StationVerb } | { command: Command }

export const allCards: { text: string; label: string; hint: string }[] = [
  ...verbs.map((verb) => ({ text: cardPrefix + verb.toUpperCase(), ...verbWords[verb] })),
  { text: `${cardPrefix}CONFIRM`, label: 'Confirm', hint: 'Yes to the question' },
  { text: `${cardPrefix}UNDO`, label: 'Undo', hint: 'Take the last one back' },
  { text: `${cardPrefix}NEXT`, label: 'Next', hint: 'Another box, or no to the question' },
]

export function readCard(label: string): Card | null {
  const upper = label.toUpperCase()
  if (!upper.startsWith(cardPrefix)) return null
  const word = upper.slice(cardPrefix.length).toLowerCase()
  const verb = verbs.find((one) => one === word)
  if (verb) return { verb }
  return word === 'confirm' || word === 'undo' || word === 'next' ? { command: word } : null
}

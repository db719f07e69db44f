/** A word of the address; nothing for what is empty or no word. */
export const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)

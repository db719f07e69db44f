// A high short beep for done, two low ones for refused, a middle one for a question.
let context: AudioContext | undefined
const tones = { done: [[880, 0, 0.09]], refused: [[196, 0, 0.18], [196, 0.24, 0.22]], asks: [[494, 0, 0.12], [392, 0.15, 0.16]] } as const

export type Beep = keyof typeof tones

export function beep(kind: Beep) {
  try {
    context ??= new AudioContext()
    void context.resume()
    for (const [pitch_hz, from_s, length_s] of tones[kind]) {
      const tone = context.createOscillator()
      const volume = context.createGain()
      tone.frequency.value = pitch_hz
      tone.type = kind === 'done' ? 'sine' : 'square'
      const begin = context.currentTime + from_s
      volume.gain.setValueAtTime(0.15, begin)
      volume.gain.exponentialRampToValueAtTime(0.001, begin + length_s)
      tone.connect(volume).connect(context.destination)
      tone.start(begin)
      tone.stop(begin + length_s)
    }
  } catch {
    // No sound device: colour and words say the same.
  }
}

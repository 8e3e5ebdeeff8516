/**
 * How something is said, in words that no vendor owns. Each voice maps them to what it has: names of its own,
 * instructions, SSML, or the plain numbers of `prosodyOf`. A voice that has nothing for one speaks as it does.
 */

export const emotions = [
  'neutral',
  'low',
  'high',
  'detached',
  'calm',
  'cheerful',
  'excited',
  'sympathetic',
  'apologetic',
  'serious',
  'sad',
  'angry',
  'surprised',
  'curious',
] as const

export type Emotion = (typeof emotions)[number]

export const speakingStyles = ['conversational', 'assistant', 'newsreader', 'narrator', 'whisper'] as const

export type SpeakingStyle = (typeof speakingStyles)[number]

export interface Expression {
  readonly emotion?: Emotion
  readonly style?: SpeakingStyle
  /** Times the voice's own pace, 0.5–2. */
  readonly speed?: number
}

/** What an emotion is in numbers, for voices that take only those. */
export interface Prosody {
  /** Times the voice's own pace. */
  readonly rate: number
  /** Mean pitch, semitones from the voice's own. */
  readonly semitones: number
  /** Times the voice's own range of pitch. */
  readonly range: number
  /** Level, dB from the voice's own. */
  readonly gainDb: number
}

const table: Readonly<Record<Emotion, Prosody>> = {
  neutral: { rate: 1, semitones: 0, range: 1, gainDb: 0 },
  low: { rate: 0.85, semitones: -2, range: 0.8, gainDb: -2 },
  high: { rate: 1.12, semitones: 3, range: 1.4, gainDb: 2 },
  detached: { rate: 0.95, semitones: -1, range: 0.4, gainDb: 0 },
  calm: { rate: 0.92, semitones: -1, range: 0.9, gainDb: -1 },
  cheerful: { rate: 1.06, semitones: 2, range: 1.3, gainDb: 1 },
  excited: { rate: 1.15, semitones: 3, range: 1.5, gainDb: 2 },
  sympathetic: { rate: 0.93, semitones: -1, range: 1.1, gainDb: -1 },
  apologetic: { rate: 0.94, semitones: -1, range: 0.9, gainDb: -1 },
  serious: { rate: 0.95, semitones: -1.5, range: 0.8, gainDb: 0 },
  sad: { rate: 0.86, semitones: -2, range: 0.7, gainDb: -2 },
  angry: { rate: 1.08, semitones: 1.5, range: 1.3, gainDb: 3 },
  surprised: { rate: 1.05, semitones: 3, range: 1.5, gainDb: 1 },
  curious: { rate: 1, semitones: 1, range: 1.2, gainDb: 0 },
}

/** The numbers of an expression; its speed multiplies the emotion's rate. The result's rate is within 0.5–2. */
export function prosodyOf({ emotion = 'neutral', speed = 1 }: Expression): Prosody {
  const prosody = table[emotion]
  return { ...prosody, rate: Math.min(2, Math.max(0.5, prosody.rate * speed)) }
}

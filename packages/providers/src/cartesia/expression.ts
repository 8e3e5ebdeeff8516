/** What Cartesia calls an expression: `generation_config` of Sonic 3 and later. */

import type { Emotion, Expression, SpeakingStyle } from '@parley/core'

export interface GenerationConfig {
  readonly emotion?: string
  /** 0.6–1.5. */
  readonly speed?: number
  /** 0.5–2. */
  readonly volume?: number
}

const emotionNames: Readonly<Record<Emotion, string>> = {
  neutral: 'neutral',
  low: 'contemplative',
  high: 'enthusiastic',
  detached: 'distant',
  calm: 'calm',
  cheerful: 'happy',
  excited: 'excited',
  sympathetic: 'sympathetic',
  apologetic: 'apologetic',
  serious: 'determined',
  sad: 'sad',
  angry: 'angry',
  surprised: 'surprised',
  curious: 'curious',
}

/** Styles are told by an emotion, where none is asked for, or by loudness. */
const styleEmotions: Readonly<Partial<Record<SpeakingStyle, string>>> = {
  newsreader: 'confident',
  narrator: 'contemplative',
}

const WHISPER_VOLUME = 0.5

/** Undefined where there is nothing to say. */
export function generationConfig(
  { emotion, style, speed }: Expression,
  volume: number | undefined,
): GenerationConfig | undefined {
  const name =
    emotion === undefined ? (style === undefined ? undefined : styleEmotions[style]) : emotionNames[emotion]
  const loud = style === 'whisper' ? WHISPER_VOLUME : volume
  const config: GenerationConfig = {
    ...(name === undefined ? {} : { emotion: name }),
    ...(speed === undefined ? {} : { speed: Math.min(1.5, Math.max(0.6, speed)) }),
    ...(loud === undefined ? {} : { volume: loud }),
  }
  return Object.keys(config).length === 0 ? undefined : config
}

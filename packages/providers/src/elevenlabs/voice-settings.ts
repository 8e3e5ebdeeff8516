/**
 * What ElevenLabs has of an expression: no names, but how steady a voice is, how far it exaggerates its style, and its
 * pace. An expressive emotion makes it less steady, a flat one steadier.
 */

import { type Expression, prosodyOf } from '@parley/core'
import type { ElevenLabsTtsOptions } from './options.js'

export interface VoiceSettings {
  readonly stability?: number
  readonly similarity_boost?: number
  readonly style?: number
  readonly use_speaker_boost?: boolean
  /** 0.7–1.2. */
  readonly speed?: number
}

/** The vendor's own middle, where the configuration says nothing. */
const STABILITY = 0.5
/** What is read aloud is steadier than what is said. */
const READ_ALOUD = 0.2

/** Undefined leaves the voice as its owner set it. */
export function voiceSettings(
  options: Pick<ElevenLabsTtsOptions, 'stability' | 'similarityBoost' | 'style' | 'speakerBoost' | 'speed'>,
  expression: Expression = {},
): VoiceSettings | undefined {
  const { emotion, style } = expression
  const prosody = prosodyOf(expression)
  const isRead = style === 'newsreader' || style === 'narrator'
  const moved = emotion !== undefined && emotion !== 'neutral'
  const stability =
    moved || isRead
      ? share((options.stability ?? STABILITY) - (prosody.range - 1) / 2 + (isRead ? READ_ALOUD : 0))
      : options.stability
  const exaggeration =
    moved && prosody.range > 1 ? share((options.style ?? 0) + (prosody.range - 1) / 2) : options.style
  const isPaced = prosody.rate !== 1 || options.speed !== undefined
  const settings: VoiceSettings = {
    ...(stability === undefined ? {} : { stability }),
    ...(options.similarityBoost === undefined ? {} : { similarity_boost: options.similarityBoost }),
    ...(exaggeration === undefined ? {} : { style: exaggeration }),
    ...(options.speakerBoost === undefined ? {} : { use_speaker_boost: options.speakerBoost }),
    ...(isPaced ? { speed: Math.min(1.2, Math.max(0.7, (options.speed ?? 1) * prosody.rate)) } : {}),
  }
  return Object.keys(settings).length === 0 ? undefined : settings
}

function share(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 100) / 100
}

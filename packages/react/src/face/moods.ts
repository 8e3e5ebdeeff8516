/** What each emotion does to a face that says nothing: the bias on which pitch and energy play. */
import type { ProsodyEmotion } from './face-types.js'

export interface Mood {
  readonly smile: number
  readonly brow: number
  readonly browInner: number
  readonly eyes: number
  readonly posture: number
  readonly blush: number
  /** How often it looks away, 0..1. */
  readonly away: number
}

export const moods: Readonly<Record<ProsodyEmotion, Mood>> = {
  low: { smile: 0.02, brow: -0.1, browInner: 0.5, eyes: 0.8, posture: -0.6, blush: 0.1, away: 0.4 },
  neutral: { smile: 0.4, brow: 0, browInner: 0, eyes: 1, posture: 0, blush: 0.35, away: 0.25 },
  high: { smile: 0.95, brow: 0.4, browInner: 0.1, eyes: 1.1, posture: 0.6, blush: 0.8, away: 0.2 },
  detached: { smile: -0.12, brow: -0.2, browInner: -0.15, eyes: 0.68, posture: -0.2, blush: 0, away: 0.6 },
}

export const moodNames = ['low', 'neutral', 'high', 'detached'] as const

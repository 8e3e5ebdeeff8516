/** What an avatar shows, in words, for people who do not see it. */
import type { FaceInput, ProsodyEmotion } from '../face/face-types.js'

/** The words of a label, for other languages. */
export type AvatarLabels = Readonly<Record<'speaking' | 'silent' | ProsodyEmotion, string>>

export const englishLabels: AvatarLabels = {
  speaking: 'speaking',
  silent: 'silent',
  low: 'subdued',
  neutral: 'calm',
  high: 'excited',
  detached: 'detached',
}

/** `speaking, calm`, or `silent`. */
export function avatarLabel(input: FaceInput, labels: AvatarLabels = englishLabels): string {
  const speaking = input.speaking ?? (input.pitchHz ?? 0) > 0
  return speaking
    ? `${labels.speaking}, ${labels[input.emotion ?? 'neutral'] ?? labels.neutral}`
    : labels.silent
}

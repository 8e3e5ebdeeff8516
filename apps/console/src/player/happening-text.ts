/** What happened, in words: a sentence, and why. */

import type { Language } from '../i18n/language.js'
import { formatMs } from '../latency/format-ms.js'
import type { Happening } from './model/happenings.js'
import { reasonsText } from './reasons.js'
import type { PlayerWords } from './words.js'

export function happeningText(
  { happenings: text }: PlayerWords,
  language: Language,
  happening: Happening,
): string {
  const { kind } = happening
  if (kind === 'interruption' || kind === 'overlap') return text[kind](Math.round(happening.decidedAfterMs))
  if (kind === 'tool') return text.tool(happening.name)
  if (kind === 'warning') return text.warning(happening.code)
  if (kind === 'lost') return text.lost(formatMs(happening.untilMs - happening.atMs, language))
  if (kind === 'cut' && happening.byVoice) return text.cutByVoice
  return text[kind]
}

export function happeningWhy(language: Language, happening: Happening): string {
  const { kind } = happening
  if (kind === 'interruption' || kind === 'overlap') return reasonsText(language, happening.reasons)
  if (kind === 'tool') return happening.arguments ?? ''
  return kind === 'warning' ? (happening.message ?? '') : ''
}

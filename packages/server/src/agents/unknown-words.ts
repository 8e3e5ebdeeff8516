import { findPocketsphinx, knownWords } from '@parley/providers'
import type { UnknownWords } from '../agent-check/check-agent.js'

/** More words than all agents have; then it begins anew. */
const REMEMBERED = 20_000

/** Remembers what it was asked: to read a dictionary whenever somebody pauses in writing would cost too much. */
export function rememberedUnknownWords(): UnknownWords {
  const isKnown = new Map<string, boolean>()
  let finding: ReturnType<typeof findPocketsphinx> | undefined
  return async words => {
    finding ??= findPocketsphinx()
    const recogniser = await finding
    if (!recogniser.available) return []
    if (isKnown.size > REMEMBERED) isKnown.clear()
    const fresh = words.filter(word => !isKnown.has(word))
    if (fresh.length > 0) {
      const unknown = new Set((await knownWords(fresh, recogniser.model)).unknown)
      for (const word of fresh) isKnown.set(word, !unknown.has(word))
    }
    return words.filter(word => isKnown.get(word) === false).sort()
  }
}

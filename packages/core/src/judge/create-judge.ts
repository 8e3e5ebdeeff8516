/**
 * The judge: first by words, where there are some, else by how much of what kind of voice there is. It begins with
 * silence for the agent (`hold`) while the caller goes on, and rules once it is clear; a caller who was let pass and
 * goes on, or whose words come late, may still claim the floor.
 */

import type { JudgePolicy } from '../floor/policy.js'
import type { Judge, OverlapBegin, Reason, Ruling } from './judge.js'
import { createOverlapSound } from './overlap-sound.js'
import { neededVoice } from './weigh.js'

/** Words that mean something in an overlap, of one language. */
export interface OverlapWords {
  /** Whether the whole utterance only says "I am listening". */
  isBackchannel(text: string): boolean
  /** Whether it asks for the floor: stop, wait, excuse me. */
  hasCommand(text: string): boolean
}

/** An echo is mostly known for one within this much more voice, ms. */
const DOUBT_MS = 40
/** Voice shorter than this, once it ended, is not worth waiting for words. */
const BLIP_MS = 120

export function createJudge(policy: JudgePolicy, words: OverlapWords): Judge {
  const sound = createOverlapSound()
  let overlap: OverlapBegin = { atMs: 0, heardMs: 0, leftMs: 0, bargeIn: 'any' }
  let passedAtMs = Number.NEGATIVE_INFINITY
  let state: 'listening' | 'held' | 'passed' | 'claimed' = 'listening'
  let ended = false
  let said: { readonly text: string; readonly kind: 'command' | 'backchannel' | 'words' } | undefined

  const reasonsOf = (...more: readonly Reason[]): readonly Reason[] => [
    { kind: 'voiced-ms', value: Math.round(sound.voicedMs) },
    ...(sound.echoedMs > 0 ? [{ kind: 'echoed-ms', value: Math.round(sound.echoedMs) }] : []),
    ...(said === undefined ? [] : [{ kind: said.kind, text: said.text }]),
    ...more,
  ]

  const needed = () =>
    neededVoice(policy, sound, {
      overlap,
      sincePassMs: overlap.atMs - passedAtMs,
      backchannel: said?.kind === 'backchannel',
    })

  const claim = (...more: readonly Reason[]): Ruling => {
    state = 'claimed'
    return { ruling: 'claim', reasons: reasonsOf(...more) }
  }

  const pass = (atMs: number, ...more: readonly Reason[]): Ruling => {
    state = 'passed'
    // Nobody asked for the floor by an echo.
    if (sound.voicedMs >= BLIP_MS) passedAtMs = atMs
    return { ruling: 'pass', reasons: reasonsOf(...more) }
  }

  /** Whether these words alone claim the floor. */
  const claims = (text: string, final: boolean): boolean => {
    if (said?.kind === 'command') return true
    if (said?.kind !== 'words') return false
    const count = text.trim().split(/\s+/).length
    if (overlap.bargeIn === 'words') return count >= policy.minWords
    return final || count >= policy.minWords
  }

  return {
    begin(next) {
      overlap = next
      state = 'listening'
      ended = false
      said = undefined
      sound.begin()
    },
    hear(cues, sure) {
      if (state === 'claimed') return undefined
      sound.hear(cues)
      if (overlap.bargeIn === 'words') return undefined
      const { ms, reasons } = needed()
      if (sure && sound.voicedMs >= ms) return claim(...reasons)
      const holdMs = sure ? policy.holdMs : policy.holdMs + DOUBT_MS
      if (state !== 'listening' || sound.voicedMs < holdMs) return undefined
      state = 'held'
      return { ruling: 'hold', reasons: reasonsOf() }
    },
    words({ text, final, atMs }) {
      if (state === 'claimed' || text.trim() === '') return undefined
      const kind = words.hasCommand(text) ? 'command' : words.isBackchannel(text) ? 'backchannel' : 'words'
      said = { text, kind }
      if (state === 'passed') return kind === 'command' ? claim({ kind: 'late' }) : undefined
      if (claims(text, final)) return claim()
      return final && ended ? pass(atMs) : undefined
    },
    end(atMs) {
      ended = true
      if (state === 'claimed') return undefined
      const blip = sound.voicedMs < BLIP_MS
      if (state === 'passed' || blip || policy.wordsMs === 0) return this.decide(atMs)
      return said?.kind === 'backchannel' ? pass(atMs) : undefined
    },
    decide(atMs) {
      if (overlap.bargeIn === 'words') return pass(atMs, { kind: 'no-words' })
      const { ms, reasons } = needed()
      return sound.voicedMs >= ms ? claim(...reasons) : pass(atMs, ...reasons)
    },
    learn: sound.learn,
  }
}

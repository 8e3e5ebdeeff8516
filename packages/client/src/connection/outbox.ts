/**
 * What waits while there is no connection, in order. Words the person typed are never dropped: over the limit they
 * are refused. Of audio the oldest goes first, and of places in a reply only the last one counts.
 */
import type { ClientMessageInput } from '@parley/protocol'
import { durationMs } from './sent-speech.js'

export type Waiting =
  | { readonly kind: 'message'; readonly message: ClientMessageInput }
  | { readonly kind: 'audio'; readonly samples: Int16Array<ArrayBuffer>; readonly sampleRate: number }

export interface Outbox {
  /** Returns false where the message had to be refused. */
  addMessage(message: ClientMessageInput): boolean
  /** Returns how many samples were dropped to make room. */
  addAudio(samples: Int16Array<ArrayBuffer>, sampleRate: number): number
  addPlayed(reply: string, ms: number): void
  /** Puts speech of before in front; returns how many samples were dropped to make room, oldest first. */
  putBack(again: readonly Waiting[]): number
  /** Hands everything over, places first; places stay, as what was sent may not arrive. */
  drain(send: (waiting: Waiting) => void): void
  /** The places belong to a session that is gone. */
  forgetPlayed(): void
  /** Nobody can hear it any more; returns how many samples that were. */
  forgetAudio(): number
  clear(): void
}

export interface OutboxLimits {
  readonly messages: number
  readonly audioMs: number
  /** The same with what is put back, ms. */
  readonly audioAgainMs: number
  readonly replies: number
}

export function createOutbox(limits: OutboxLimits): Outbox {
  let waiting: Waiting[] = []
  let audioMs = 0
  let messages = 0
  const played = new Map<string, number>()

  function dropOldestAudio(): number {
    const at = waiting.findIndex(each => each.kind === 'audio')
    const [oldest] = waiting.splice(at, 1)
    if (oldest?.kind !== 'audio') return 0
    audioMs -= durationMs(oldest)
    return oldest.samples.length
  }

  function clear(): void {
    waiting = []
    audioMs = 0
    messages = 0
  }

  return {
    addMessage(message) {
      if (messages >= limits.messages) return false
      messages++
      waiting.push({ kind: 'message', message })
      return true
    },
    addAudio(samples, sampleRate) {
      const audio = { kind: 'audio', samples, sampleRate } as const
      waiting.push(audio)
      audioMs += durationMs(audio)
      let dropped = 0
      while (audioMs > limits.audioMs) dropped += dropOldestAudio()
      return dropped
    },
    putBack(again) {
      waiting.unshift(...again)
      for (const each of again) audioMs += durationMs(each)
      let dropped = 0
      while (audioMs > limits.audioAgainMs) dropped += dropOldestAudio()
      return dropped
    },
    addPlayed(reply, ms) {
      played.delete(reply)
      played.set(reply, ms)
      const [oldest] = played.keys()
      if (played.size > limits.replies && oldest !== undefined) played.delete(oldest)
    },
    drain(send) {
      const all = waiting
      clear()
      for (const [reply, ms] of played) send({ kind: 'message', message: { type: 'played', reply, ms } })
      for (const each of all) send(each)
    },
    forgetPlayed: () => played.clear(),
    forgetAudio() {
      const samples = waiting.reduce(
        (sum, each) => sum + (each.kind === 'audio' ? each.samples.length : 0),
        0,
      )
      waiting = waiting.filter(({ kind }) => kind === 'message')
      audioMs = 0
      return samples
    },
    clear() {
      clear()
      played.clear()
    },
  }
}

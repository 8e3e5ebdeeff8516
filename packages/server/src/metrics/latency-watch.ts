import type { SessionEvent, TurnId } from '@parley/core'

/**
 * Reads the three latencies that have targets out of one session's events. Keeps a handful of numbers per session and
 * only ever compares times of the same session's clock.
 */

/**
 * `first_token`: end of the caller's speech to the mind's first token. `partial_asr`: speech to its first partial
 * transcript. `barge_in`: arrival of the caller's first voiced sample over a reply to the agent's lowered voice.
 */
export const latencyTypes = ['first_token', 'partial_asr', 'barge_in'] as const
export type LatencyType = (typeof latencyTypes)[number]

export function createLatencyWatch(report: (type: LatencyType, ms: number) => void) {
  let speech: { readonly turn: TurnId; readonly atMs: number } | undefined
  let awaitsPartial = false

  function partial(turn: TurnId, atMs: number): void {
    if (!awaitsPartial || speech?.turn !== turn) return
    awaitsPartial = false
    report('partial_asr', atMs - speech.atMs)
  }

  return (event: SessionEvent): void => {
    switch (event.kind) {
      case 'speech-started':
        if (speech?.turn !== event.turn) awaitsPartial = true
        speech = { turn: event.turn, atMs: event.atMs }
        return
      case 'transcript-partial':
        return partial(event.turn, event.atMs)
      case 'ducked':
        report('barge_in', event.afterOnsetMs)
        return
      case 'ledger': {
        const token = event.ledger.stages.find(({ stage }) => stage === 'first-token')
        if (token) report('first_token', token.startMs + token.durationMs)
        return
      }
      default:
        return
    }
  }
}

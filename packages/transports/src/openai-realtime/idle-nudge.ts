/**
 * `idle_timeout_ms`: nobody says anything after an answer was played. Then the client is told, the silence is committed
 * as a turn, and the agent is asked to go on.
 */
import type { Cancel } from '@parley/core'
import { responseWanted } from '@parley/protocol'
import type { Answers } from './answers.js'
import type { CallerTurns } from './caller-turns.js'
import type { PeerState } from './peer-state.js'
import { wishesOf } from './steer-of.js'

export interface IdleNudge {
  /** A response is over, its sound plays on for `leftMs`. */
  wait(leftMs: number): void
  stop(): void
}

const silent = 'The user has said nothing since your last words. React to the silence in one short sentence.'

export function createIdleNudge(peer: PeerState, answers: Answers, turns: CallerTurns): IdleNudge {
  let cancel: Cancel = () => {}

  function idleMs(): number | undefined {
    const detection = peer.settings.audio.input.turn_detection
    return (detection?.type === 'server_vad' ? detection.idle_timeout_ms : undefined) ?? undefined
  }

  function nudge(): void {
    if (turns.speaking || answers.activeId !== undefined || idleMs() === undefined) return
    turns.commitSilence()
    const asked = responseWanted(peer.settings)
    if ('fault' in asked) return
    const { wanted } = asked
    const instructions = [wanted.instructions, silent].filter(text => text !== '').join('\n')
    answers.ask(wanted, wishesOf({ ...wanted, instructions }))
  }

  return {
    wait(leftMs) {
      cancel()
      const ms = idleMs()
      if (ms !== undefined && !turns.speaking) cancel = peer.clock.after(leftMs + ms, nudge)
    },
    stop: () => cancel(),
  }
}

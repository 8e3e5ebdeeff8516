/** What became of one turn with pauses, measured on the trace of its call. */
import { momentsOf } from './moments.js'
import { FRAME_MS } from './mouth.js'
import type { TurnCase } from './scenarios.js'
import type { Trace } from './trace.js'

export interface PauseOutcome {
  readonly lengthMs: number
  /** The turn was taken for over in this pause. */
  readonly closed: boolean
  /** And answered so that the caller, who had not finished, heard it. */
  readonly cutOff: boolean
}

export interface TurnOutcome {
  readonly kind: 'turn'
  readonly case: TurnCase
  readonly end: 'done' | 'failed'
  /** Up to the first in which the caller was cut off. */
  readonly pauses: readonly PauseOutcome[]
  /**
   * Last voiced sample arrived to the turn taken for over, ms; by the gateway's own word where the edge tells no events.
   * Absent where that came before, or never.
   */
  readonly endDelayMs?: number
  /** The same by the gateway's own word: the silence it waited for. */
  readonly toldWaitMs?: number
  /** Last voiced sample at the mouth to the first sound of the answer at the ear, ms. */
  readonly answerMs?: number
}

/** Sound may end a little before its label; an end found so early is still that end. */
const END_SLACK_MS = 60

export function measureTurn(
  turn: TurnCase,
  trace: Trace,
  { onsetSample, rate }: { onsetSample: number; rate: number },
): TurnOutcome {
  const moments = momentsOf(trace, rate)
  const sampleAt = (ms: number) => onsetSample + Math.round(((ms - turn.clip.onsetMs) * rate) / 1000)
  const sentMs = (ms: number) => moments.sentMs(sampleAt(ms))
  const mouthMs = (ms: number) => moments.mouthMs(sampleAt(ms))
  const beganMs = sentMs(turn.clip.onsetMs)
  const endedMs = sentMs(turn.clip.offsetMs)
  if (Number.isNaN(beganMs)) return { kind: 'turn', case: turn, end: 'failed', pauses: [] }

  const commits = trace.messages.flatMap(({ atMs, message }) =>
    message.type === 'turn-committed' && atMs > beganMs ? [{ atMs, waitMs: message.endpoint?.ms }] : [],
  )
  const answers = trace.heard.filter(({ startMs }) => startMs > beganMs)
  // An edge without events shows that a turn was closed by the answer alone.
  const told = trace.messages.length > 0
  const pauses: PauseOutcome[] = []
  for (const [index, [fromMs, toMs]] of turn.clip.pauses.entries()) {
    const next = turn.clip.pauses[index + 1]
    const commit = commits.find(({ atMs }) => atMs >= sentMs(fromMs) && atMs < sentMs(toMs) + FRAME_MS)
    const since = told ? commit?.atMs : mouthMs(fromMs)
    const until = mouthMs(told || next === undefined ? turn.clip.offsetMs : next[0])
    const cutOff = since !== undefined && answers.some(({ startMs }) => startMs >= since && startMs < until)
    pauses.push({ lengthMs: toMs - fromMs, closed: told ? commit !== undefined : cutOff, cutOff })
    if (cutOff) break
  }
  const cutOff = pauses.some(pause => pause.cutOff)
  if (cutOff) return { kind: 'turn', case: turn, end: 'done', pauses }
  const last = commits.find(({ atMs }) => atMs >= endedMs - END_SLACK_MS)
  const answer = answers[0]
  const waitMs = last?.waitMs ?? trace.remembered.find(({ reply }) => reply === answer?.reply)?.waitMs
  const endDelayMs = last === undefined ? (told ? undefined : waitMs) : Math.max(0, last.atMs - endedMs)
  return {
    kind: 'turn',
    case: turn,
    end: 'done',
    pauses,
    ...(endDelayMs === undefined ? {} : { endDelayMs }),
    ...(waitMs === undefined ? {} : { toldWaitMs: waitMs }),
    ...(answer === undefined ? {} : { answerMs: answer.startMs - mouthMs(turn.clip.offsetMs) }),
  }
}

/** What happened between the words, each once and in order: what can be jumped to, and is told in words. */

import { type AgentLine, isAgent, type Judged, type Playback, type Reason } from './playback.js'

export type Happening = {
  readonly atMs: number
  readonly untilMs: number
} /** The caller took the floor from the agent. */ & (
  | {
      readonly kind: 'interruption'
      readonly reply: string
      readonly decidedAfterMs: number
      readonly reasons: readonly Reason[]
    }
  /** The reply was cut and nothing was judged: by a voice that came before it was known to be heard, or by an order. */
  | { readonly kind: 'cut'; readonly reply: string; readonly byVoice: boolean }
  /** The caller spoke into it, and the agent went on. */
  | {
      readonly kind: 'overlap'
      readonly reply: string
      readonly decidedAfterMs: number
      readonly reasons: readonly Reason[]
    }
  | { readonly kind: 'tool'; readonly name: string; readonly arguments?: string }
  | { readonly kind: 'warning'; readonly code: string; readonly message?: string }
  /** The line was gone until `untilMs`. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'key' }
)

/** Rulings on one voice begin within this of each other, ms. */
const SAME_VOICE_MS = 60

/** The end of what was heard and the floor that was taken are this close, ms: the way there and back is between them. */
const CUT_WITHIN_MS = 500

export function happeningsOf(playback: Playback): readonly Happening[] {
  const overlaps = overlapsOf(playback.overlaps)
  const claimed = new Set(overlaps.flatMap(each => (each.kind === 'interruption' ? [each.reply] : [])))
  const cuts = playback.lines
    .filter(isAgent)
    .filter(({ interrupted, heardMs, reply }) => interrupted && heardMs > 0 && !claimed.has(reply))
    .map(({ endMs, reply }) => {
      const byVoice = playback.floors.some(
        ({ atMs, floor }) => floor === 'user' && Math.abs(atMs - endMs) <= CUT_WITHIN_MS,
      )
      return { kind: 'cut', atMs: endMs, untilMs: endMs, reply, byVoice } as const
    })
  const moment = <Mark extends { readonly atMs: number }>(mark: Mark) => ({ ...mark, untilMs: mark.atMs })
  return [
    ...overlaps,
    ...cuts,
    ...playback.tools.map(({ reply: _, ...tool }) => ({ kind: 'tool' as const, ...moment(tool) })),
    ...playback.warnings.map(warning => ({ kind: 'warning' as const, ...moment(warning) })),
    ...gapsOf(playback),
    ...playback.keys.map(key => ({ kind: 'key' as const, ...moment(key) })),
  ].sort((one, other) => one.atMs - other.atMs)
}

/** What it was ruled at last counts; that it was waited with is part of it. */
function overlapsOf(judged: readonly Judged[]) {
  const voices: Judged[] = []
  for (const each of judged) {
    const last = voices.at(-1)
    const same = last?.reply === each.reply && Math.abs(last.startMs - each.startMs) <= SAME_VOICE_MS
    if (same) voices[voices.length - 1] = { ...each, startMs: last.startMs }
    else voices.push(each)
  }
  return voices.map(({ reply, startMs, atMs, ruling, reasons }) => ({
    kind: ruling === 'claim' ? ('interruption' as const) : ('overlap' as const),
    ...{ reply, reasons, atMs: startMs, untilMs: atMs, decidedAfterMs: atMs - startMs },
  }))
}

function gapsOf({ legs, durationMs }: Playback) {
  const gaps: { kind: 'lost'; atMs: number; untilMs: number }[] = []
  for (const [index, { atMs, change }] of legs.entries()) {
    if (change !== 'lost') continue
    const back = legs.slice(index + 1).find(each => each.change === 'attached')
    gaps.push({ kind: 'lost', atMs, untilMs: back?.atMs ?? durationMs })
  }
  return gaps
}

export function isInterruption({ kind }: Happening): boolean {
  return kind === 'interruption' || kind === 'cut'
}

/** The answer that was waited for longest. */
export function slowestAnswer(lines: readonly AgentLine[]): AgentLine | undefined {
  return answersOf(lines).reduce<AgentLine | undefined>(
    (slowest, line) => ((line.ledger?.totalMs ?? 0) > (slowest?.ledger?.totalMs ?? -1) ? line : slowest),
    undefined,
  )
}

/** Those of which it is known where the time went. */
export function answersOf(lines: readonly AgentLine[]): readonly AgentLine[] {
  return lines.filter(({ ledger }) => ledger !== undefined)
}

/** The first moment after `atMs`, or round to the first of all. */
export function nextOf<Moment extends { readonly atMs: number }>(
  moments: readonly Moment[],
  atMs: number,
): Moment | undefined {
  return moments.find(moment => moment.atMs > atMs + 1) ?? moments[0]
}

/** When turns begin: each line is one, as it is read. */
export function turnBefore(starts: readonly number[], atMs: number): number {
  // Within the first second of a turn, back means the one before.
  return starts.findLast(start => start < atMs - 1_000) ?? 0
}

export function turnAfter(starts: readonly number[], atMs: number): number | undefined {
  return starts.find(start => start > atMs + 1)
}

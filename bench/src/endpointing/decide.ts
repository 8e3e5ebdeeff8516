/** Runs endpointing over what the ear heard of one caller's turns, as a session does, and counts. */

import type { Endpointing } from '@parley/core'
import type { HeardFrame, HeardTurn } from './listen.js'

export interface Counts {
  turns: number
  /** Turns in which a decision fell before the end. */
  turnsCut: number
  pauses: number
  pausesCut: number
  /** Decisions in labelled speech, where the ear lost the voice. */
  elsewhere: number
  /** From the labelled end to the decision, ms. */
  readonly delaysMs: number[]
}

export const noCounts = (): Counts => ({
  turns: 0,
  turnsCut: 0,
  pauses: 0,
  pausesCut: 0,
  elsewhere: 0,
  delaysMs: [],
})

/** The ear places an end before the label where a voice fades away. */
const slackMs = 100

/** One call: the turns follow each other and endpointing goes on learning. */
export function decideCall(heard: readonly HeardTurn[], endpointing: Endpointing, counts: Counts): void {
  for (const turn of heard) count(turn, decisionsOf(turn.frames, endpointing), counts)
}

/** Media times at which a turn would have been closed; the caller who goes on reopens it. */
function decisionsOf(frames: readonly HeardFrame[], endpointing: Endpointing): number[] {
  const decisions: number[] = []
  let open = false
  let due: number | undefined
  for (const { endMs, evidence, cues } of frames) {
    if (due !== undefined && due < endMs) {
      decisions.push(due)
      endpointing.ended()
      due = undefined
    }
    if (evidence?.kind === 'speech-start') {
      if (open) endpointing.resumed(evidence.atMs)
      else endpointing.begin()
      open = true
      due = undefined
    }
    if (evidence?.kind === 'speech-end') {
      endpointing.paused(evidence.atMs)
      due = Math.max(endMs, evidence.atMs + endpointing.wait().ms)
    }
    if (open) endpointing.hear(cues)
  }
  return decisions
}

function count({ turn, speech }: HeardTurn, decisions: readonly number[], counts: Counts): void {
  const endMs = speech.at(-1)?.[1] ?? 0
  const early = decisions.filter(at => at < endMs)
  const cut = speech.slice(1).filter(([nextMs], index) => {
    const pausedMs = speech[index]?.[1] ?? 0
    return early.some(at => at >= pausedMs - slackMs && at < nextMs + slackMs)
  }).length
  counts.pauses += speech.length - 1
  counts.pausesCut += cut
  counts.elsewhere += Math.max(0, early.length - cut)
  if (!turn.ends) return
  counts.turns++
  if (early.length > 0) counts.turnsCut++
  const last = decisions.find(at => at >= endMs)
  if (last !== undefined) counts.delaysMs.push(last - endMs)
}

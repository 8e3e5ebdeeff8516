/** Plays one case over an edge and gives its trace. */
import type { Edge } from './call.js'
import type { Case, OverlapCase, TurnCase } from './scenarios.js'
import type { Trace } from './trace.js'

export interface Played {
  readonly case: Case
  readonly trace: Trace
  /** The sample of all that the caller sent at which the labelled onset stands. */
  readonly onsetSample: number
}

/** Time for the call to be taken and the agent to be heard, ms. */
const ANSWER_MS = 10_000
/** How long an agent is listened to after the sound ended: longer than any ruling takes, ms. */
const AFTER_MS = 3_000
/** Once a reply was cut, what is remembered of it is told within this, ms. */
const SETTLE_MS = 700
const BREATH_MS = 300
/** The agent is done with its greeting when it was silent for this long, ms. */
const QUIET_MS = 500

export function playCase(edge: Edge, toPlay: Case, random: () => number): Promise<Played> {
  return toPlay.kind === 'overlap' ? playOverlap(edge, toPlay, random()) : playTurn(edge, toPlay, random())
}

async function playOverlap(edge: Edge, overlap: OverlapCase, phase: number): Promise<Played> {
  const { background, echoDb, clip, onsetMs } = overlap
  const call = await edge.open({ background, echoDb, keepSound: false, phase })
  await call.until(() => call.audibleAtMs !== undefined, ANSWER_MS)
  const audibleAtMs = call.audibleAtMs ?? performance.now()
  const leadMs = clip === undefined ? 0 : clip.onsetMs + 2 * 20
  await call.until(() => performance.now() >= audibleAtMs + onsetMs - leadMs, onsetMs + 1_000)
  const dueMs = audibleAtMs + onsetMs - performance.now()
  const onsetSample = clip === undefined ? call.sampleIn(dueMs) : call.say(clip, dueMs)
  const soundMs = clip === undefined ? 2_000 : clip.offsetMs - clip.onsetMs
  const waitMs = Math.max(0, dueMs) + soundMs
  await call.until(() => call.firstOver, waitMs + AFTER_MS)
  if (call.firstOver) await call.until(() => false, SETTLE_MS)
  return { case: overlap, trace: await call.end(), onsetSample }
}

async function playTurn(edge: Edge, turn: TurnCase, phase: number): Promise<Played> {
  const call = await edge.open({
    background: turn.background,
    echoDb: undefined,
    keepSound: false,
    phase,
  })
  await call.until(() => call.lastHeardMs > 0 && performance.now() > call.lastHeardMs + QUIET_MS, ANSWER_MS)
  const onsetSample = call.say(turn.clip, turn.clip.onsetMs)
  const soundMs = turn.clip.offsetMs
  await call.until(() => false, soundMs)
  const saidMs = performance.now()
  await call.until(() => call.lastHeardMs > saidMs, AFTER_MS)
  await call.until(() => false, BREATH_MS)
  return { case: turn, trace: await call.end(), onsetSample }
}

/** More of the long reply than any case hears, ms. */
const REFERENCE_MS = 16_000

/** The long reply without a disturbance. */
export async function playReference(edge: Edge): Promise<Trace> {
  const call = await edge.open({ background: undefined, echoDb: undefined, keepSound: true, phase: 0 })
  await call.until(() => call.firstOver, REFERENCE_MS)
  return call.end()
}

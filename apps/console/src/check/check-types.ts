/** What the self-test finds: one outcome for each leg of a conversation. No code. */

export const stepNames = [
  'page',
  'gateway',
  'health',
  'token',
  'websocket',
  'socketio',
  'addresses',
  'webrtc',
  'line',
  'microphone',
  'sound',
  'opus',
] as const
export type StepName = (typeof stepNames)[number]

/** `note`: it works, and something about it is worth knowing. `passed-over`: what it needs is not there. */
export type StepState = 'waiting' | 'running' | 'good' | 'note' | 'bad' | 'passed-over'

export type Values = Readonly<Record<string, string | number | boolean | undefined>>

export interface Outcome {
  readonly state: Exclude<StepState, 'waiting' | 'running'>
  /** Names the sentence of the page; stable, for whoever reads a report. */
  readonly fact: string
  readonly values?: Values
}

export interface Step {
  readonly name: StepName
  readonly state: StepState
  readonly outcome?: Outcome
  /** How long it took, ms. */
  readonly tookMs?: number
}

/** What steps share: where the gateway is, who asks, and what earlier steps opened. */
export interface CheckWorld {
  readonly origin: string
  readonly token: string
  readonly signal: AbortSignal
  /** Made in the click that began the check. */
  readonly context: AudioContext | undefined
  /** Of the gateway, once it was asked. */
  iceServers: readonly RTCIceServer[]
  /** What a step opened and nobody needs after the check. */
  readonly leave: (() => void)[]
}

export type RunStep = (world: CheckWorld) => Promise<Outcome>

export const good = (fact: string, values?: Values): Outcome => outcome('good', fact, values)
export const note = (fact: string, values?: Values): Outcome => outcome('note', fact, values)
export const bad = (fact: string, values?: Values): Outcome => outcome('bad', fact, values)
export const passedOver = (fact: string): Outcome => ({ state: 'passed-over', fact })

function outcome(state: Outcome['state'], fact: string, values: Values | undefined): Outcome {
  return values === undefined ? { state, fact } : { state, fact, values }
}

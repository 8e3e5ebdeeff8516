/** The self-test: one leg after the other, each with its time. What needs a leg that is not there is passed over. */
import type { Store } from '../session/store.js'
import {
  bad,
  type CheckWorld,
  type Outcome,
  passedOver,
  type RunStep,
  type Step,
  type StepName,
  stepNames,
} from './check-types.js'
import { checkAddresses } from './steps/address-step.js'
import { checkGateway, checkHealth, checkPage, checkToken } from './steps/gateway-steps.js'
import { checkSocketio, checkWebSocket } from './steps/socket-steps.js'
import { checkMicrophone, checkOpus, checkSound } from './steps/sound-steps.js'
import { checkLine, checkWebRtc } from './steps/webrtc-steps.js'

export interface CheckState {
  readonly phase: 'before' | 'running' | 'over'
  readonly steps: readonly Step[]
  /** Whether the person heard the tone, once they said so. */
  readonly heardTone: boolean | undefined
}

export const beforeCheck: CheckState = {
  phase: 'before',
  steps: stepNames.map(name => ({ name, state: 'waiting' })),
  heardTone: undefined,
}

const runs: Readonly<Record<StepName, RunStep>> = {
  page: checkPage,
  gateway: checkGateway,
  health: checkHealth,
  token: checkToken,
  websocket: checkWebSocket,
  socketio: checkSocketio,
  addresses: checkAddresses,
  webrtc: checkWebRtc,
  line: checkLine,
  microphone: checkMicrophone,
  sound: checkSound,
  opus: checkOpus,
}

/** What each needs to have gone well. */
const needs: Partial<Readonly<Record<StepName, readonly StepName[]>>> = {
  health: ['gateway'],
  token: ['gateway'],
  websocket: ['gateway', 'token'],
  socketio: ['gateway', 'token'],
  webrtc: ['gateway', 'token'],
  line: ['webrtc'],
}

export interface CheckOptions extends Pick<CheckWorld, 'origin' | 'token' | 'signal' | 'context'> {
  readonly store: Store<CheckState>
}

/** Runs all of it; resolves at its end, or once `signal` aborts. */
export async function runCheck({ store, ...given }: CheckOptions): Promise<void> {
  const world: CheckWorld = { ...given, iceServers: [], leave: [] }
  store.update({ ...beforeCheck, phase: 'running' })
  const found = new Map<StepName, Outcome>()
  for (const name of stepNames) {
    if (world.signal.aborted) break
    const missing = needs[name]?.find(need => !['good', 'note'].includes(found.get(need)?.state ?? 'bad'))
    tell(store, { name, state: 'running' })
    const beganMs = performance.now()
    const outcome = missing === undefined ? await guarded(runs[name], world) : passedOver('needs-another')
    found.set(name, outcome)
    tell(store, { name, state: outcome.state, outcome, tookMs: Math.round(performance.now() - beganMs) })
  }
  for (const leave of world.leave) leave()
  store.update({ phase: 'over' })
}

/** A step that fails in a way nobody thought of is a finding as well. */
async function guarded(run: RunStep, world: CheckWorld): Promise<Outcome> {
  try {
    return await run(world)
  } catch (thrown) {
    return bad('unexpected', { message: thrown instanceof Error ? thrown.message : String(thrown) })
  }
}

function tell(store: Store<CheckState>, step: Step): void {
  store.update({ steps: store.snapshot().steps.map(each => (each.name === step.name ? step : each)) })
}

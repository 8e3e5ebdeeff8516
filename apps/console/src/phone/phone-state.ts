/** What the page of the telephone shows, and what each message of the gateway makes of it. */
import type { HandsetServerMessage } from '@parley/protocol'

export interface PhoneMoment {
  readonly kind: 'mark' | 'clear' | 'stream' | 'key'
  /** Since the call began, ms. */
  readonly atMs: number
  readonly text: string
}

export interface PhoneCall {
  readonly direction: 'in' | 'out'
  readonly other: string
  readonly phase: 'ringing' | 'dialling' | 'connected'
  readonly atMs: number
  readonly stream: boolean
  readonly bufferedMs: number
  readonly heardDbfs: number
  readonly spokenDbfs: number
  readonly heardMs: number
  /** The newest 200, oldest first. */
  readonly moments: readonly PhoneMoment[]
}

export interface PhoneState {
  readonly link: 'off' | 'connecting' | 'ready' | 'lost'
  /** What the gateway said was wrong, in its words. */
  readonly problem: string | undefined
  readonly number: string
  readonly gatewayNumbers: readonly string[]
  readonly call: PhoneCall | undefined
  /** How the call before ended, and what was in it. */
  readonly last: (PhoneCall & { readonly status: string }) | undefined
  readonly jitterMs: number
  readonly lossPercent: number
  readonly mouth: 'silent' | 'opening' | 'microphone' | 'recording'
  /** Why nothing speaks: a code of the client's errors. */
  readonly mouthFault: string | undefined
}

export const silentPhone: PhoneState = {
  link: 'off',
  problem: undefined,
  number: '+12025550199',
  gatewayNumbers: [],
  call: undefined,
  last: undefined,
  jitterMs: 0,
  lossPercent: 0,
  mouth: 'silent',
  mouthFault: undefined,
}

const MOST_MOMENTS = 200

export function afterMessage(state: PhoneState, message: HandsetServerMessage): Partial<PhoneState> {
  const { call } = state
  switch (message.type) {
    case 'ready':
      return {
        link: 'ready',
        problem: undefined,
        number: message.number,
        gatewayNumbers: message.gatewayNumbers,
      }
    case 'ringing':
      return { call: begun('in', message.from), problem: undefined }
    case 'dialling':
      return { call: begun('out', message.to), problem: undefined }
    case 'error':
      return { problem: message.message }
    case 'over':
      return call === undefined
        ? {}
        : { call: undefined, last: { ...call, atMs: message.atMs, status: message.status } }
    default:
      return call === undefined ? {} : { call: { ...call, atMs: message.atMs, ...within(call, message) } }
  }
}

type OfCall = Exclude<HandsetServerMessage, { type: 'ready' | 'ringing' | 'dialling' | 'error' | 'over' }>

function within(call: PhoneCall, message: OfCall): Partial<PhoneCall> {
  const { atMs } = message
  switch (message.type) {
    case 'connected':
      return { phase: 'connected' }
    case 'stream':
      return { stream: message.on, ...seen(call, { kind: 'stream', atMs, text: message.on ? '+' : '-' }) }
    case 'mark':
      return seen(call, { kind: 'mark', atMs, text: message.name })
    case 'clear':
      return seen(call, { kind: 'clear', atMs, text: String(message.droppedMs) })
    case 'digits':
      return seen(call, { kind: 'key', atMs, text: message.digits })
    case 'line': {
      const { bufferedMs, heardDbfs, spokenDbfs, heardMs } = message
      return { bufferedMs, heardDbfs, spokenDbfs, heardMs }
    }
    default:
      return message satisfies never
  }
}

function begun(direction: PhoneCall['direction'], other: string): PhoneCall {
  const phase = direction === 'in' ? 'ringing' : 'dialling'
  const quiet = { bufferedMs: 0, heardDbfs: -100, spokenDbfs: -100, heardMs: 0 }
  return { direction, other, phase, atMs: 0, stream: false, ...quiet, moments: [] }
}

function seen({ moments }: PhoneCall, moment: PhoneMoment): Pick<PhoneCall, 'moments'> {
  return { moments: [...moments, moment].slice(-MOST_MOMENTS) }
}

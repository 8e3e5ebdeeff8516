/** A whole call under virtual time: the simulated phone, the real phone edge and the real session. */
import { decodeUlaw, loadResampling } from '@parley/audio'
import {
  createDurationJudge,
  createFixedEndpointing,
  createTicker,
  defaultSessionLimits,
  defaultTurnPolicy,
  type Engine,
  type ReplyPart,
  Session,
  type SessionEvent,
  type SessionId,
  type TurnPolicy,
} from '@parley/core'
import {
  defaultPhoneLimits,
  type PhoneHost,
  type PhoneLimits,
  type PhoneOpenRequest,
  servePhoneSocket,
} from '@parley/transports'
import { countingIds } from '../random.js'
import { createThresholdEar } from '../threshold-ear.js'
import { VirtualClock } from '../virtual-clock.js'
import { createMemoryLine, type MemoryLine } from './phone-line.js'
import { PHONE_FRAME_MS, PHONE_RATE, SimPhone } from './sim-phone.js'
import type { SimPhoneOptions } from './sim-phone-options.js'

export const WORD_MS = 310

/**
 * Sound in which every place is its own: µ-law codes of a generator, so that what an ear heard can be found in what
 * was said to the sample, also after the line's codec.
 */
export function markedSound(ms: number): Int16Array {
  const codes = new Uint8Array((ms * PHONE_RATE) / 1000)
  let state = 12_345
  for (let at = 0; at < codes.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    // Only loud codes: none of them is the line's silence.
    codes[at] = (state >>> 16) % 2 === 0 ? (state >>> 20) % 48 : 128 + ((state >>> 20) % 48)
  }
  return decodeUlaw(codes)
}

/** What was heard, as stretches of what was said, in samples. */
export function stretches(
  heard: Int16Array,
  said: Int16Array,
): { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = []
  let at = 0
  while (at < heard.length) {
    const from = placeOf(heard.subarray(at, at + 40), said)
    let count = 0
    while (at + count < heard.length && heard[at + count] === said[from + count]) count += 1
    if (from < 0 || count === 0) throw new Error(`what was heard at sample ${at} was never said`)
    found.push({ from, to: from + count })
    at += count
  }
  return found
}

function placeOf(piece: Int16Array, said: Int16Array): number {
  for (let from = 0; from + piece.length <= said.length; from++) {
    if (piece.every((sample, index) => said[from + index] === sample)) return from
  }
  return -1
}

export interface PhoneTalkOptions {
  readonly words?: number
  readonly phone?: Partial<Omit<SimPhoneOptions, 'clock' | 'line'>>
  readonly policy?: Partial<TurnPolicy>
  readonly limits?: Partial<PhoneLimits>
  readonly opens?: boolean
  readonly identify?: (token: string | undefined) => Promise<{ tenant: string; subject: string }>
  readonly host?: (host: PhoneHost) => PhoneHost
}

export interface PhoneTalk {
  readonly clock: VirtualClock
  readonly phone: SimPhone
  readonly line: MemoryLine
  /** The reply, at 8 kHz. */
  readonly said: Int16Array
  readonly events: readonly SessionEvent[]
  readonly log: readonly { readonly facts: object; readonly message: string }[]
  /** Sessions that were asked for. */
  readonly asked: readonly PhoneOpenRequest[]
  /** What the session heard, by frame. */
  readonly frames: readonly { readonly atMs: number; readonly level: number }[]
  readonly session: Session
  /** Speaks for `ms`, and lets time pass with it. */
  speak(ms: number): Promise<void>
  of<Kind extends SessionEvent['kind']>(kind: Kind): Extract<SessionEvent, { kind: Kind }>[]
}

export async function startPhoneTalk(options: PhoneTalkOptions = {}): Promise<PhoneTalk> {
  const { words = 10, opens = true } = options
  const clock = new VirtualClock()
  const resampling = await loadResampling()
  const said = markedSound(words * WORD_MS)
  const events: SessionEvent[] = []
  const log: { readonly facts: object; readonly message: string }[] = []
  const frames: { readonly atMs: number; readonly level: number }[] = []
  const asked: PhoneOpenRequest[] = []
  let session: Session | undefined
  let replies = 0

  const engine: Engine = {
    connect: () => ({
      hear: () => {},
      // Only the first turn is answered.
      async *reply(): AsyncGenerator<ReplyPart> {
        replies += 1
        if (replies > 1) return
        for (let word = 0; word < words; word++) {
          yield { kind: 'words', text: `w${word} `, untilMs: (word + 1) * WORD_MS }
          const size = (WORD_MS * PHONE_RATE) / 1000
          yield { kind: 'audio', samples: said.subarray(word * size, (word + 1) * size), rate: PHONE_RATE }
        }
      },
      close: async () => {},
    }),
  }
  const host: PhoneHost = {
    async open(request) {
      asked.push(request)
      session = new Session({
        id: 'ses_phone' as SessionId,
        language: 'en',
        engine,
        ear: createThresholdEar(),
        listenRate: 16_000,
        outputRate: request.transport.outputRate,
        resampling,
        policy: { ...defaultTurnPolicy, ...options.policy },
        turnTaking: () => ({
          judge: createDurationJudge({ holdMs: 150, claimMs: 300 }),
          endpointing: createFixedEndpointing(700),
        }),
        limits: defaultSessionLimits,
        opens,
        journal: { write: async () => {} },
        taps: [
          {
            name: 'account',
            event: event => void events.push(event),
            userAudio: ({ atMs, samples }) => void frames.push({ atMs, level: Math.abs(samples[80] ?? 0) }),
          },
        ],
        clock,
        ticker: createTicker(clock, PHONE_FRAME_MS),
        ids: countingIds(),
      })
      await session.start(request.transport)
      const facts = { agent: 'test', language: 'en', recogniser: null, voice: null }
      return { session: 'ses_phone', resumeToken: 'none', resumed: false, ...facts }
    },
  }
  const line = createMemoryLine()
  servePhoneSocket({
    socket: line.gateway,
    identify: async token => ({
      principal: (await options.identify?.(token)) ?? { tenant: 'acme', subject: 'ada' },
    }),
    host: options.host?.(host) ?? host,
    clock,
    log: {
      info: (facts, message) => void log.push({ facts, message }),
      warn: (facts, message) => void log.push({ facts, message }),
    },
    limits: { ...defaultPhoneLimits, ...options.limits },
  })
  const phone = new SimPhone({
    clock,
    line: line.carrier,
    uplinkMs: 40,
    downlinkMs: 40,
    customParameters: { token: 'good' },
    ...options.phone,
  })

  return {
    clock,
    phone,
    line,
    said,
    events,
    log,
    asked,
    frames,
    get session() {
      if (session === undefined) throw new Error('no session was opened')
      return session
    },
    async speak(ms) {
      void phone.say(new Int16Array((ms * PHONE_RATE) / 1000).fill(6_000))
      await clock.advance(ms)
    },
    of: <Kind extends SessionEvent['kind']>(kind: Kind) =>
      events.filter((event): event is Extract<SessionEvent, { kind: Kind }> => event.kind === kind),
  }
}

/** A call from end to end under virtual time: how far apart both channels of its recording are. */
import { loadResampling } from '@parley/audio'
import { createCallRecorder, type WavSpool } from '@parley/calls'
import {
  createDurationJudge,
  createFixedEndpointing,
  createTicker,
  defaultSessionLimits,
  defaultTurnPolicy,
  type Engine,
  type ReplyPart,
  Session,
  type SessionId,
} from '@parley/core'
import {
  countingIds,
  createMemoryLine,
  createThresholdEar,
  type PhoneSoundFormat,
  SimPhone,
  type SimPhoneOptions,
  VirtualClock,
} from '@parley/sim'
import { defaultPhoneLimits, servePhoneSocket } from '@parley/transports'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const recordedRate = 8_000
const everyMs = 500
const clickMs = 5
const level = 8_000
const resampling = await loadResampling()

/** Silence with a click in each half second. */
function clicks(ms: number, rate: number): Int16Array {
  const samples = new Int16Array((ms * rate) / 1000)
  for (let at = (rate * 200) / 1000; at < samples.length; at += (rate * everyMs) / 1000) {
    samples.fill(level, at, at + (rate * clickMs) / 1000)
  }
  return samples
}

/** Where clicks begin, ms. */
function found(samples: Int16Array, rate: number): readonly number[] {
  const places: number[] = []
  let quietSince = 0
  for (const [at, sample] of samples.entries()) {
    if (Math.abs(sample) < level / 3) continue
    if (places.length === 0 || at - quietSince > rate / 20) places.push((at * 1000) / rate)
    quietSince = at
  }
  return places
}

interface Talk {
  readonly replies: number
  readonly replyMs: number
  /** Before the first reply, ms. */
  readonly greetsAfterMs: number
  readonly format?: PhoneSoundFormat
  readonly phone: Partial<SimPhoneOptions>
}

/** An agent whose replies click, and a caller whose mouth is at the ear: it says what it hears while it hears it. */
async function record({ replies, replyMs, greetsAfterMs, format, phone: line }: Talk) {
  const clock = new VirtualClock()
  const channels: Record<'caller' | 'agent', Int16Array> = {
    caller: new Int16Array(120 * recordedRate),
    agent: new Int16Array(120 * recordedRate),
  }
  const spool: WavSpool = {
    write(samples, at) {
      for (let i = 0; i < samples.length / 2; i++) {
        channels.caller[at + i] = samples[2 * i] ?? 0
        channels.agent[at + i] = samples[2 * i + 1] ?? 0
      }
    },
    dropped: 0,
    problem: undefined,
    close: async () => {},
  }
  const rtts: number[] = []
  const memory = createMemoryLine()
  const engine: Engine = {
    connect: () => ({
      hear: () => {},
      async *reply(): AsyncGenerator<ReplyPart> {
        await clock.sleep(greetsAfterMs)
        const rate = format?.sampleRate ?? 8_000
        yield { kind: 'words', text: 'clicks', untilMs: replies * replyMs }
        for (let at = 0; at < replies; at++) {
          yield { kind: 'audio', samples: clicks(replyMs, rate), rate }
        }
      },
      close: async () => {},
    }),
  }
  servePhoneSocket({
    socket: memory.gateway,
    identify: async () => ({ principal: { tenant: 'acme', subject: 'ada' } }),
    host: {
      async open({ transport, phone: { leg } }) {
        const recorder = createCallRecorder({
          clock,
          spool,
          resampling,
          rate: recordedRate,
          roundTripMs: () => {
            rtts.push(leg.rttMs)
            return leg.rttMs
          },
        })
        const session = new Session({
          id: 'ses_call' as SessionId,
          language: 'en',
          engine,
          ear: createThresholdEar(20_000),
          listenRate: 16_000,
          outputRate: transport.outputRate,
          resampling,
          policy: defaultTurnPolicy,
          turnTaking: () => ({
            judge: createDurationJudge({ holdMs: 150, claimMs: 300 }),
            endpointing: createFixedEndpointing(700),
          }),
          limits: defaultSessionLimits,
          opens: true,
          journal: { write: async () => {} },
          taps: [recorder],
          clock,
          ticker: createTicker(clock, 20),
          ids: countingIds(),
        })
        await session.start(transport)
        const facts = { agent: 'test', language: 'en', recogniser: null, voice: null }
        return { session: session.id, resumeToken: 'none', resumed: false, ...facts }
      },
    },
    clock,
    log: { info() {}, warn() {} },
    limits: defaultPhoneLimits,
  })
  let ear: Int16Array | undefined
  const phone = new SimPhone({
    clock,
    line: memory.carrier,
    ...(format === undefined ? {} : { format }),
    ...line,
    onHeard({ samples }) {
      // A microphone hands a frame on once it is over: what was in the ear meanwhile leaves with the next beat.
      if (ear !== undefined) phone.speak(ear)
      ear = samples
    },
  })
  await clock.advance(greetsAfterMs + replies * replyMs + 3_000)
  phone.hangUp()
  await clock.advance(8_000)
  const caller = found(channels.caller, recordedRate)
  const agent = found(channels.agent, recordedRate)
  return { caller, agent, offsets: caller.map((at, index) => at - (agent[index] ?? Number.NaN)), rtts }
}

describe('a recording', () => {
  it('probe', async () => {
    for (const [up, down, after] of [[40, 40, 500], [150, 100, 500], [20, 10, 500], [150, 200, 0], [10, 10, 0]] as const)
      for (const format of [undefined, { encoding: 'l16', sampleRate: 16000 } as const]) {
        const r = await record({
          replies: 4, replyMs: 1000, greetsAfterMs: after, ...(format ? { format } : {}),
          phone: { uplinkMs: up, downlinkMs: down, ...(format ? { dialect: 'signalwire' as const } : {}) },
        })
        console.log(up, down, after, format?.sampleRate, r.offsets.map(Math.round), r.caller.length, r.agent.length, r.rtts[0], r.rtts.at(-1))
      }
    void fc
    expect(1).toBe(1)
  })
})

/** A call from end to end under virtual time: how far apart both channels of its recording are. */
import { loadResampling } from '@parley/audio'
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
import { createStereoRecorder, type WavSpool } from '@parley/platform'
import {
  countingIds,
  createMemoryLine,
  createThresholdEar,
  type PhoneSoundFormat,
  SimPhone,
  type SimPhoneOptions,
  seededRandom,
  VirtualClock,
} from '@parley/sim'
import { defaultPhoneLimits, servePhoneSocket } from '@parley/transports'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const recordedRate = 8_000
const everyMs = 500
const clickMs = 5
const replyMs = 4_000
const clickCount = replyMs / everyMs
const mulaw: PhoneSoundFormat = { encoding: 'mulaw', sampleRate: 8_000 }
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
  /** Before the first reply, ms. */
  readonly greetsAfterMs: number
  readonly format: PhoneSoundFormat
  readonly phone: Partial<SimPhoneOptions>
  /** When the caller speaks over the agent, ms. */
  readonly speaksAtMs?: number
}

/** An agent whose replies click, and a caller whose mouth is at the ear: it says what it hears while it hears it. */
async function record({ greetsAfterMs, format, phone: line, speaksAtMs }: Talk) {
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
  const memory = createMemoryLine()
  const engine: Engine = {
    connect: () => ({
      hear: () => {},
      async *reply(): AsyncGenerator<ReplyPart> {
        await clock.sleep(greetsAfterMs)
        const { sampleRate: rate } = format
        yield { kind: 'words', text: 'clicks', untilMs: replyMs }
        yield { kind: 'audio', samples: clicks(replyMs, rate), rate }
      },
      close: async () => {},
    }),
  }
  servePhoneSocket({
    socket: memory.gateway,
    identify: async () => ({ principal: { tenant: 'acme', subject: 'ada' } }),
    host: {
      async open({ transport, phone: { leg } }) {
        const recorder = createStereoRecorder({
          clock,
          spool,
          resampling,
          rate: recordedRate,
          roundTripMs: () => leg.rttMs,
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
  let inEar: Int16Array | undefined
  const phone = new SimPhone({
    clock,
    line: memory.carrier,
    format,
    ...line,
    onHeard({ samples }) {
      // A microphone hands a frame on once it is over: what was in the ear meanwhile leaves with the next beat.
      if (inEar !== undefined && speaksAtMs === undefined) phone.speak(inEar)
      inEar = samples
    },
  })
  if (speaksAtMs !== undefined) {
    await clock.advance(speaksAtMs)
    void phone.say(new Int16Array((700 * phone.rate) / 1000).fill(30_000))
  }
  await clock.advance(greetsAfterMs + replyMs + 3_000)
  phone.hangUp()
  await clock.advance(8_000)
  const caller = found(channels.caller, recordedRate)
  const agent = found(channels.agent, recordedRate)
  const ear = new Int16Array(60 * format.sampleRate)
  for (const { atMs, samples } of phone.heard) ear.set(samples, Math.round((atMs * format.sampleRate) / 1000))
  return {
    caller,
    agent,
    heard: found(ear, format.sampleRate),
    offsets: caller.map((at, index) => at - (agent[index] ?? Number.NaN)),
  }
}

const way = fc.integer({ min: 0, max: 300 })

/** Every click of the agent is once on each channel, and the caller's echo of it no further off than this. */
function expectAligned({ caller, agent, offsets }: Awaited<ReturnType<typeof record>>, withinMs: number) {
  expect([caller.length, agent.length]).toEqual([clickCount, clickCount])
  expect(Math.max(...offsets.map(Math.abs))).toBeLessThanOrEqual(withinMs)
}

describe('a recording of a call over the phone', () => {
  it('has both channels within a frame of each other, from the first word on, however far away the caller is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ uplinkMs: way, downlinkMs: way, greetsAfterMs: fc.constantFrom(0, 30, 700) }),
        fc.constantFrom<PhoneSoundFormat>(mulaw, { encoding: 'l16', sampleRate: 16_000 }),
        async ({ greetsAfterMs, ...phone }, format) => {
          const dialect = format === mulaw ? 'twilio' : 'signalwire'
          expectAligned(await record({ greetsAfterMs, format, phone: { ...phone, dialect } }), 21)
        },
      ),
      { numRuns: 8 },
    )
  })

  it('on a line that shakes has them apart by what it shakes besides', async () => {
    await fc.assert(
      fc.asyncProperty(
        way,
        way,
        fc.integer({ min: 5, max: 60 }),
        fc.nat(),
        async (up, down, shakeMs, seed) => {
          const random = seededRandom(seed)
          const jitterMs = () => random() * shakeMs
          const phone = { uplinkMs: up, downlinkMs: down, jitterMs }
          const recorded = await record({ greetsAfterMs: 300, format: mulaw, phone })
          expectAligned(recorded, 21 + 2 * shakeMs)
        },
      ),
      { numRuns: 6 },
    )
  })

  it('from a carrier whose clock is off stays so', async () => {
    for (const driftPpm of [300, -300]) {
      expectAligned(await record({ greetsAfterMs: 300, format: mulaw, phone: { driftPpm } }), 21)
    }
  })

  it('holds of an interrupted agent what the ear heard and no more, where it heard it', async () => {
    await fc.assert(
      fc.asyncProperty(
        way,
        way,
        fc.integer({ min: 900, max: 3_500 }),
        async (uplinkMs, downlinkMs, speaksAtMs) => {
          const phone = { uplinkMs, downlinkMs }
          const { agent, heard } = await record({ greetsAfterMs: 0, format: mulaw, phone, speaksAtMs })
          // The recording begins when the stream arrives, and what the ear hears stands where an answer would: both are
          // later than the phone's own clock by the way up.
          // A click in the last 20 ms before the cut may be on one side of it only.
          expect(Math.abs(agent.length - heard.length)).toBeLessThanOrEqual(1)
          for (const at of agent) {
            const nearest = Math.min(...heard.map(earMs => Math.abs(at - earMs)))
            expect(nearest).toBeLessThanOrEqual(21)
          }
        },
      ),
      { numRuns: 6 },
    )
  })
})

/** What the playback says against what is on the recording, sample by sample, for a whole conversation under virtual time. */
import { loadResampling } from '@parley/audio'
import type { SessionEvent, Tap } from '@parley/core'
import { createStereoRecorder, type StereoRecorder, type WavSpool } from '@parley/platform'
import { seededRandom, VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { buildPlayback } from './build-playback.js'
import { loggedTalk } from './logged-talk.test-kit.js'
import { recordingOf } from './playback-recordings.js'

const rate = 8_000
const resampling = await loadResampling()

/** Both channels of what is recorded from the session's `startsAtMs` on, in memory. */
function memoryRecording(clock: VirtualClock, startsAtMs: number, roundTripMs: () => number | undefined) {
  const channels = { caller: new Int16Array(45 * rate), agent: new Int16Array(45 * rate) }
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
  let recorder: StereoRecorder | undefined
  let offsetMs = 0
  let zeroMs = 0
  const tap: Tap = {
    name: 'recording',
    userAudio: frame => recorder?.userAudio?.(frame),
    agentAudio: (frame, reply, heardInMs) => recorder?.agentAudio?.(frame, reply, heardInMs),
    event(event: SessionEvent) {
      if (event.kind === 'session-started') {
        zeroMs = clock.now() - event.atMs
        clock.after(startsAtMs, () => {
          offsetMs = clock.now() - zeroMs
          recorder = createStereoRecorder({ clock, spool, resampling, rate, roundTripMs })
        })
      }
      recorder?.event?.(event)
    },
  }
  return { tap, channels, offset: () => offsetMs }
}

/** Stretches that sound, ms; gaps shorter than 100 ms are part of them. */
function soundsOf(samples: Int16Array): readonly (readonly [number, number])[] {
  const found: [number, number][] = []
  for (let at = 0; at < samples.length; at++) {
    if (Math.abs(samples[at] ?? 0) < 1_000) continue
    const last = found.at(-1)
    const ms = (at * 1000) / rate
    if (last !== undefined && ms - last[1] < 100) last[1] = ms
    else found.push([ms, ms])
  }
  return found
}

interface World {
  readonly startsAtMs?: number
  readonly reports?: true
  readonly interrupts?: true
  readonly breaks?: true
  readonly mutes?: true
  /** By how much the round trip moves from one moment to the next, ms. */
  readonly shakeMs?: number
}

async function converse({ startsAtMs = 0, reports, interrupts, breaks, mutes, shakeMs = 0 }: World) {
  const clock = new VirtualClock()
  const random = seededRandom(5)
  const roundTripMs = () => 160 + Math.round(random() * shakeMs)
  const recording = memoryRecording(clock, startsAtMs, roundTripMs)
  const logged = await loggedTalk(
    {
      clock,
      taps: [recording.tap],
      answer: () => ({
        ...{ thinkMs: 150, paceMs: 10 },
        words: Array.from({ length: 12 }, (_, index) => ({ text: `word${index} `, ms: 250 })),
      }),
      recognise: () => ({ text: 'hello', delayMs: 50 }),
      ...(reports ? { caller: { reportEveryMs: 40 } } : {}),
    },
    777,
    // What is measured moves between two readings; the recorder and the log read each for themselves.
    roundTripMs,
  )
  const { talk } = logged
  await talk.silence(1_000)
  for (let turn = 0; turn < 2; turn++) {
    await talk.speak(700)
    await talk.silence(2_000)
    if (breaks && turn === 0) {
      talk.caller.drop()
      await clock.advance(1_500)
      talk.resume()
    }
    if (mutes) await clock.advance(3_000)
    if (interrupts) await talk.speak(600)
    await talk.silence(4_500)
  }
  await Promise.all([talk.session.end('client'), clock.advance(10_000)])
  const offsetMs = recording.offset()
  const facts = { status: 'ready', consent: 'announced', offsetMs, durationMs: clock.now() } as const
  const playback = buildPlayback({
    stored: logged.stored(),
    log: logged.entries.map(({ event }) => event),
    logCut: false,
    isRunning: false,
    recording: recordingOf(facts, { zeroEpochMs: undefined, startedAtMs: 0 }),
  })
  return {
    playback,
    caller: soundsOf(recording.channels.caller),
    agent: soundsOf(recording.channels.agent),
    logged,
  }
}

describe('the times of a playback', () => {
  it.each<[string, World]>([
    ['of a conversation recorded from its beginning', {}],
    ['of one recorded from later on', { startsAtMs: 3_517 }],
    ['whose far end reports what it played', { reports: true }],
    ['with interruptions', { interrupts: true }],
    ['with interruptions, and reports', { interrupts: true, reports: true }],
    ['on a line that shakes by 15 ms', { shakeMs: 15 }],
    ['with a line lost in the middle of a word', { breaks: true }],
    ['with a microphone that is shut for a while', { mutes: true }],
  ])('are those of its recording within 20 ms: %s', async (_, world) => {
    const { playback, caller, agent } = await converse(world)
    const { startMs = Number.NaN, errorMs } = playback.recording
    expect(errorMs).toBe(0)
    const onTape = (ms: number) => ms - startMs
    const within = (sounds: readonly (readonly [number, number])[], ms: number, edge: 0 | 1) =>
      Math.min(...sounds.map(sound => Math.abs(sound[edge] - ms)))
    const lines = playback.lines.filter(line => onTape(line.startMs) >= 0)
    expect(lines.length).toBeGreaterThanOrEqual(2)
    for (const line of lines) {
      const sounds = line.by === 'caller' ? caller : agent
      expect(within(sounds, onTape(line.startMs), 0)).toBeLessThanOrEqual(20)
      expect(within(sounds, onTape(line.endMs), 1)).toBeLessThanOrEqual(20)
    }
    // Every sound of the agent is one that is told: nothing is on the recording that is not in the playback.
    const told = playback.lines.filter(({ by }) => by === 'agent')
    for (const [from, until] of agent)
      expect(
        told.some(({ startMs: begin, endMs }) => onTape(begin) <= from + 20 && onTape(endMs) >= until - 20),
      ).toBe(true)
  })

  it('need some entries of the log for a reply, not one for each frame', async () => {
    const { logged } = await converse({ shakeMs: 15 })
    const placed = logged.entries.filter(({ event }) => event.kind === 'reply-placed')
    expect(placed.length).toBeLessThanOrEqual(4)
    expect(logged.entries.filter(({ event }) => event.kind === 'caller-placed').length).toBeLessThanOrEqual(6)
  })
})

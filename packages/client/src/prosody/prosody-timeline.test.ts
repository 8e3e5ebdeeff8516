import type { ProsodyFrameFields, ServerMessage } from '@parley/protocol'
import { describe, expect, it } from 'vitest'
import { createPlayout, type PlayoutReport } from '../audio/playout.js'
import { createEmitter } from '../emitter.js'
import { readyMessage } from '../testing/virtual-page.js'
import type { VoiceEvents } from '../voice-types.js'
import { createProsodyTimeline } from './prosody-timeline.js'

const RATE = 24_000
const LATENCY_MS = 40

/** A frame that says its own place. */
const frame = (atMs: number, more: Partial<ProsodyFrameFields> = {}): ProsodyFrameFields => ({
  atMs,
  pitchHz: 100 + atMs / 10,
  voicing: 1,
  semitones: 0,
  energy: atMs / 10_000,
  rms: 0.1,
  levelDb: -20,
  loudness: -20,
  voicedFraction: 1,
  tilt: -6,
  centroidHz: 900,
  harmonicity: 20,
  syllableRate: 4,
  speaking: true,
  arousal: 0.5,
  emotion: 'neutral',
  clipped: false,
  ...more,
})

/** A real mixer under virtual time, whose words come at once and whose sound is at the ear after a latency. */
function page() {
  const client = createEmitter<VoiceEvents>()
  const reports = createEmitter<{ [Kind in PlayoutReport['kind']]: Extract<PlayoutReport, { kind: Kind }> }>()
  const playout = createPlayout({
    sourceRate: RATE,
    contextRate: RATE,
    report: report => reports.emit(report.kind, report as never),
  })
  let rendered = 0
  const player = {
    on: reports.on as never,
    // The page's clock is 5 s ahead of the sound card's.
    earTime: (nowMs: number) => (nowMs - 5_000 - LATENCY_MS) / 1000,
  }
  const timeline = createProsodyTimeline(client, player)
  const now = () => 5_000 + (rendered * 1000) / RATE
  return {
    client,
    playout,
    timeline,
    at: () => timeline.at(now()),
    say(message: ServerMessage) {
      client.emit(message.type, message as never)
      if (message.type === 'audio-begin') playout.begin(message.reply, message.fromMs)
      if (message.type === 'clear') playout.clear(message.reply)
      if (message.type === 'duck') playout.duck(message.on)
    },
    tell(reply: string, fromMs: number, untilMs: number) {
      const frames = []
      for (let ms = fromMs; ms < untilMs; ms += 32) frames.push(frame(ms))
      client.emit('prosody', { type: 'prosody', side: 'agent', reply, heardAtMs: 0, frames })
    },
    push: (ms: number) => playout.push(new Int16Array((RATE * ms) / 1000).fill(1_000)),
    pass(ms: number) {
      const block = new Float32Array(128)
      for (const until = rendered + (RATE * ms) / 1000; rendered < until; rendered += 128)
        playout.render(block, rendered)
    },
  }
}

const begin = (reply: string, fromMs = 0) => ({ type: 'audio-begin', reply, fromMs }) as const

describe('a prosody timeline', () => {
  it('shows the place that is at the ear, between the player’s words too', () => {
    const { say, tell, push, pass, at } = page()
    say(begin('r1'))
    tell('r1', 0, 2_000)
    push(2_000)
    pass(30)
    expect(at()).toMatchObject({ reply: undefined, frame: undefined, viseme: 'sil' })
    let before = 0
    for (let ms = 30; ms < 1_500; ms += 16) {
      pass(16)
      const moment = at()
      if (moment.reply === undefined) continue
      expect(moment.playedMs).toBeGreaterThanOrEqual(before)
      before = moment.playedMs
      // The mixer has 2 samples a block more than were asked for.
      expect(Math.abs(before - (ms + 16 - LATENCY_MS))).toBeLessThan(8)
      expect(moment.frame?.atMs).toBeCloseTo(before, 3)
      expect(moment.frame?.energy).toBeCloseTo(before / 10_000, 6)
    }
    expect(before).toBeGreaterThan(1_400)
  })

  it('is silent as soon as the sound is, after `clear` and where it ran dry', () => {
    const { say, tell, push, pass, at } = page()
    say(begin('r1'))
    tell('r1', 0, 2_000)
    push(2_000)
    pass(600)
    say({ type: 'clear', reply: 'r1' })
    pass(16)
    const { reply, playedMs } = at()
    expect(reply).toBe('r1')
    expect(playedMs).toBeLessThan(600)
    pass(40)
    expect(at()).toMatchObject({ reply: undefined, frame: undefined })
    say(begin('r2'))
    tell('r2', 0, 400)
    push(200)
    pass(200)
    expect(at().reply).toBe('r2')
    pass(100)
    expect(at().reply).toBe(undefined)
  })

  it('shows nothing of what was not heard when the reply is sent again from an earlier place', () => {
    const { say, tell, push, pass, at, client } = page()
    say(begin('r1'))
    tell('r1', 0, 900)
    push(800)
    pass(500)
    say({ type: 'clear', reply: 'r1' })
    client.emit('cleared', { type: 'cleared', reply: 'r1', heardMs: 400 })
    pass(300)
    say(begin('r1', 400))
    push(400)
    pass(70)
    expect(at().reply).toBe('r1')
    // Places after what had been played were told for sound that nobody heard.
    expect(at().frame?.atMs ?? 0).toBeLessThan(520)
    tell('r1', 400, 900)
    pass(200)
    // The player repeats nothing: it goes on where it had stopped.
    expect(at().playedMs).toBeGreaterThan(700)
    expect(at().playedMs).toBeLessThan(780)
    expect(at().frame?.atMs).toBeCloseTo(at().playedMs, 3)
  })

  it('moves the mouth from one shape to the next, and to rest where none follows', () => {
    const { say, push, pass, at, client } = page()
    say(begin('r1'))
    const cue = (viseme: 'aa' | 'PP', startMs: number, endMs: number) => ({ viseme, startMs, endMs })
    client.emit('visemes', {
      ...{ type: 'visemes', reply: 'r1', heardAtMs: 0, source: 'voice' },
      cues: [cue('aa', 0, 200), cue('PP', 200, 300)],
    })
    push(1_000)
    const seen = new Map<number, object>()
    for (let ms = 0; ms < 600; ms += 10) {
      pass(10)
      const { viseme, next, blend, playedMs, reply } = at()
      if (reply !== undefined) seen.set(Math.round(playedMs / 10) * 10, { viseme, next, blend })
    }
    expect(seen.get(100)).toEqual({ viseme: 'aa', next: 'PP', blend: 0 })
    expect(seen.get(180)).toMatchObject({ viseme: 'aa', next: 'PP' })
    expect((seen.get(180) as { blend: number }).blend).toBeGreaterThan(0.5)
    expect(seen.get(230)).toEqual({ viseme: 'PP', next: 'sil', blend: 0 })
    expect(seen.get(400)).toEqual({ viseme: 'sil', next: 'sil', blend: 0 })
  })

  it('mixes no pitch of a frame with one that has none', () => {
    const { say, push, pass, at, client } = page()
    say(begin('r1'))
    const frames = [frame(0, { pitchHz: 200, speaking: true }), frame(100, { pitchHz: 0, speaking: false })]
    client.emit('prosody', { type: 'prosody', side: 'agent', reply: 'r1', heardAtMs: 0, frames })
    push(1_000)
    const pitches = new Set<number>()
    for (let ms = 0; ms < 200; ms += 5) {
      pass(5)
      pitches.add(at().frame?.pitchHz ?? -1)
    }
    expect([...pitches].filter(hz => ![200, 0, -1].includes(hz))).toEqual([])
  })

  it('is as quiet as what is lowered while the caller speaks', () => {
    const { say, at } = page()
    say({ type: 'duck', on: true })
    expect(at().gain).toBeCloseTo(0.126, 3)
    say({ type: 'duck', on: false })
    expect(at().gain).toBe(1)
  })

  it('keeps the caller’s last frame and the last utterances of both sides', () => {
    const { timeline, client } = page()
    client.emit('prosody', { type: 'prosody', side: 'user', heardAtMs: 0, frames: [frame(0), frame(32)] })
    expect(timeline.user?.atMs).toBe(32)
    const heard: object[] = []
    const stop = timeline.onUtterance(utterance => heard.push(utterance))
    const message = { type: 'utterance', side: 'user', utterance: { fromMs: 0 } } as never
    for (let count = 0; count < 60; count++) client.emit('utterance', message)
    stop()
    client.emit('utterance', message)
    expect([timeline.utterances.length, heard.length]).toEqual([50, 60])
    client.emit('ready', readyMessage())
    expect([timeline.user, timeline.utterances]).toEqual([undefined, []])
  })

  it('knows of four replies, of the newest frames of each, and of nothing once it is closed', () => {
    const { timeline, tell, say, push, pass, at, client } = page()
    for (const reply of ['r1', 'r2', 'r3', 'r4', 'r5']) tell(reply, 0, 200)
    tell('r5', 0, 100_000)
    say(begin('r1'))
    push(200)
    pass(150)
    expect(at()).toMatchObject({ reply: 'r1', frame: undefined })
    timeline.close()
    client.emit('utterance', { type: 'utterance' } as never)
    expect(timeline.utterances).toEqual([])
  })
})

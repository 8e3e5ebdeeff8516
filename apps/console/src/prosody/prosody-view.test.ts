import type { ProsodyFrameFields, ServerMessageOf, SideMessage } from '@parley/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { emptyView, endOf, foldProsody, type ProsodyInput, type ProsodyView } from './prosody-view.js'
import { readoutAt } from './readout.js'
import { append, cutEnd, emptyTrack, lastOf, medianHz, nearest } from './track.js'
import { csvOfView } from './view-csv.js'

const silence: ProsodyFrameFields = {
  atMs: 0,
  pitchHz: 0,
  voicing: 0,
  semitones: 0,
  energy: 0,
  rms: 0,
  levelDb: -100,
  loudness: -100,
  voicedFraction: 0,
  tilt: 0,
  centroidHz: 0,
  harmonicity: -20,
  syllableRate: 0,
  speaking: false,
  arousal: 0.5,
  emotion: 'neutral',
  clipped: false,
}

/** Frames of 32 ms that begin at a place. */
function frames(fromMs: number, count: number, pitchHz = 140): ProsodyFrameFields[] {
  return Array.from({ length: count }, (_, i) => ({
    ...silence,
    atMs: fromMs + i * 32,
    pitchHz,
    loudness: pitchHz > 0 ? -22 : -80,
    speaking: pitchHz > 0,
  }))
}

const user = (heardAtMs: number, of: ProsodyFrameFields[]): SideMessage => ({
  type: 'prosody',
  side: 'user',
  heardAtMs,
  frames: of,
})
const agent = (reply: string, heardAtMs: number, of: ProsodyFrameFields[]): SideMessage => ({
  type: 'prosody',
  side: 'agent',
  reply,
  heardAtMs,
  frames: of,
})

function ended(
  reply: string,
  atMs: number,
  heardMs: number,
  interrupted: boolean,
): ServerMessageOf<'reply-ended'> {
  const heard = {
    reply,
    ms: heardMs,
    text: '',
    complete: !interrupted,
    source: 'reported',
    errorMs: 0,
  } as const
  return { type: 'reply-ended', atMs, turn: 't', reply, said: '', heard, interrupted }
}

const folded = (inputs: readonly ProsodyInput[], from: ProsodyView = emptyView) =>
  inputs.reduce(foldProsody, from)
const begin: ProsodyInput = { type: 'begin', agentBy: 'player' }
const placesOf = (view: ProsodyView) => view.agent.chunks.flat().map(({ atMs }) => atMs)

describe('the voice of the caller', () => {
  it('stands where it was spoken', () => {
    const view = folded([begin, user(1_000, frames(400, 3)), user(1_096, frames(496, 2))])
    expect(view.user.chunks.flat().map(({ atMs }) => atMs)).toEqual([1_000, 1_032, 1_064, 1_096, 1_128])
  })

  it('has a turn as long as what was voiced of it, though the gateway noticed it later', () => {
    const view = folded([
      begin,
      user(1_000, [...frames(0, 10, 0), ...frames(320, 20), ...frames(960, 10, 0)]),
      { type: 'speech-started', atMs: 1_500, turn: 't1', mediaMs: 320 },
      { type: 'speech-ended', atMs: 2_600, turn: 't1', mediaMs: 960 },
    ])
    expect(view.spans).toEqual([{ side: 'user', id: 't1', fromMs: 1_320, untilMs: 1_928 }])
  })

  it('has a turn also where no prosody comes', () => {
    const view = folded([
      { type: 'speech-started', atMs: 500, turn: 't1', mediaMs: 0 },
      { type: 'speech-ended', atMs: 900, turn: 't1', mediaMs: 400 },
      { type: 'speech-ended', atMs: 950, turn: 'another', mediaMs: 0 },
    ])
    expect(view.spans).toEqual([{ side: 'user', id: 't1', fromMs: 500, untilMs: 900 }])
  })
})

describe('the voice of the agent', () => {
  it('is not there before this page let it be heard, and stands where it was', () => {
    const told = folded([begin, agent('r', 2_000, frames(0, 10))])
    expect(placesOf(told)).toEqual([])
    const half = folded([{ type: 'heard', reply: 'r', ms: 100, atMs: 2_500 }], told)
    expect(placesOf(half)).toEqual([2_400, 2_432, 2_464, 2_496])
    // It stood still for 300 ms within the reply.
    const rest = folded([{ type: 'heard', reply: 'r', ms: 200, atMs: 2_900 }], half)
    expect(placesOf(rest).slice(4)).toEqual([2_828, 2_860, 2_892])
    expect(rest.spans).toEqual([{ side: 'agent', id: 'r', fromMs: 2_400, untilMs: 2_892 }])
  })

  it('comes by the estimate of the gateway where no player tells', () => {
    const told = folded([{ type: 'begin', agentBy: 'estimate' }, agent('r', 2_000, frames(0, 10))])
    expect(placesOf(folded([{ type: 'clock', atMs: 2_050 }], told))).toEqual([2_000, 2_032])
    expect(folded([{ type: 'heard', reply: 'r', ms: 200, atMs: 5_000 }], told)).toBe(told)
  })

  it('is cut where it was interrupted, and tells how much was never heard', () => {
    const view = folded([
      begin,
      agent('r', 2_000, frames(0, 40)),
      { type: 'heard', reply: 'r', ms: 500, atMs: 2_500 },
      { type: 'ducked', atMs: 2_400, reply: 'r', afterOnsetMs: 60 },
      { type: 'judged', atMs: 2_600, reply: 'r', ruling: 'claim', afterOnsetMs: 300, reasons: [] },
      ended('r', 2_700, 500, true),
      { type: 'heard', reply: 'r', ms: 1_200, atMs: 3_200 },
    ])
    expect(Math.max(...placesOf(view))).toBeLessThanOrEqual(2_500)
    expect(view.marks.map(({ kind }) => kind)).toEqual(['duck', 'claim', 'cut'])
    expect(view.marks.at(-1)).toMatchObject({ atMs: 2_500, unheardMs: 748 })
    expect(view.waiting).toEqual([])
  })

  it('is told again after a hold, without being there twice', () => {
    const view = folded([
      begin,
      agent('r', 2_000, frames(0, 20)),
      { type: 'heard', reply: 'r', ms: 200, atMs: 2_200 },
      { type: 'cleared', reply: 'r', heardMs: 200 },
      agent('r', 3_000, frames(224, 13)),
      { type: 'heard', reply: 'r', ms: 620, atMs: 3_400 },
      ended('r', 3_500, 640, false),
    ])
    expect(view.agent.chunks.flat().map(({ placeMs }) => placeMs)).toEqual(
      Array.from({ length: 20 }, (_, i) => i * 32),
    )
    expect(view.marks).toEqual([])
  })

  it('loses what an estimate showed too early', () => {
    const view = folded([
      { type: 'begin', agentBy: 'estimate' },
      agent('r', 2_000, frames(0, 20)),
      { type: 'clock', atMs: 2_400 },
      { type: 'cleared', reply: 'r', heardMs: 200 },
    ])
    expect(Math.max(...placesOf(view))).toBe(2_192)
    expect(view.waiting).toEqual([])
  })
})

describe('the view', () => {
  it('begins anew with another conversation', () => {
    expect(folded([begin, user(0, frames(0, 3)), begin])).toEqual({ ...emptyView, agentBy: 'player' })
  })

  it('keeps utterances at their place, numbered over all', () => {
    const utterance = { ...utteranceAt(400, 900) }
    const view = folded([
      begin,
      user(1_000, frames(400, 3)),
      { type: 'utterance', side: 'user', utterance },
      { type: 'utterance', side: 'agent', reply: 'unknown', utterance },
    ])
    expect(view.utterances.map(({ number, fromMs, untilMs }) => [number, fromMs, untilMs])).toEqual([
      [1, 1_000, 1_500],
      [2, 400, 900],
    ])
  })

  it('stays in order and within its bounds, whatever comes', () => {
    const place = fc.integer({ min: 0, max: 20_000 })
    const reply = fc.constantFrom('a', 'b')
    const input: fc.Arbitrary<ProsodyInput> = fc.oneof(
      fc
        .tuple(place, place, fc.integer({ min: 1, max: 40 }))
        .map(([at, from, n]) => user(at, frames(from, n))),
      fc
        .tuple(reply, place, place, fc.integer({ min: 1, max: 40 }))
        .map(([r, at, from, n]) => agent(r, at, frames(from, n))),
      fc.tuple(reply, place, place).map(([r, ms, atMs]) => ({ type: 'heard', reply: r, ms, atMs }) as const),
      place.map(atMs => ({ type: 'clock', atMs }) as const),
      fc.tuple(reply, place).map(([r, heardMs]) => ({ type: 'cleared', reply: r, heardMs }) as const),
      fc.tuple(reply, place, place, fc.boolean()).map(([r, at, ms, cut]) => ended(r, at, ms, cut)),
      place.map(atMs => ({ type: 'speech-started', atMs, turn: 't', mediaMs: atMs }) as const),
      place.map(atMs => ({ type: 'speech-ended', atMs, turn: 't', mediaMs: atMs }) as const),
    )
    const agentBy = fc.constantFrom('player', 'estimate')
    fc.assert(
      fc.property(agentBy, fc.array(input, { maxLength: 60 }), (by, inputs) => {
        const view = folded([{ type: 'begin', agentBy: by }, ...inputs])
        for (const side of ['user', 'agent'] as const) {
          const times = view[side].chunks.flat().map(({ atMs }) => atMs)
          expect(times.every((time, i) => i === 0 || time > (times[i - 1] as number))).toBe(true)
        }
        for (const { fromMs, untilMs } of view.spans) expect(untilMs ?? fromMs).toBeGreaterThanOrEqual(fromMs)
        expect(Number.isFinite(endOf(view))).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('forgets the oldest of a conversation of hours', () => {
    let view = folded([begin])
    for (let i = 0; i < 120; i++) view = foldProsody(view, user(i * 6_400, frames(i * 6_400, 200)))
    expect(view.user.chunks.flat().length).toBeLessThanOrEqual(80 * 256)
    expect(lastOf(view.user)?.atMs).toBe(119 * 6_400 + 199 * 32)
    let told = view
    for (let i = 0; i < 40; i++) told = foldProsody(told, agent('r', i * 6_400, frames(i * 6_400, 200)))
    expect(told.waiting.length).toBeLessThanOrEqual(4_000)
  })
})

describe('a track', () => {
  const momentsOf = (count: number, pitchHz: number) =>
    frames(0, count, pitchHz).map(({ atMs, pitchHz, voicing, loudness, speaking, arousal, emotion }) => ({
      atMs,
      pitchHz,
      voicing,
      loudness,
      speaking,
      arousal,
      emotion,
    }))

  it('knows its median within a quarter of a semitone, also after a cut', () => {
    const track = append(append(emptyTrack, momentsOf(300, 200)), momentsOf(100, 100))
    expect(Math.abs(12 * Math.log2((medianHz(track) ?? 0) / 200))).toBeLessThan(0.25)
    const cut = cutEnd(track, ({ pitchHz }) => pitchHz < 150)
    expect(cut.pitches.reduce((sum, count) => sum + count, 0)).toBe(300)
    expect(lastOf(cut)?.atMs).toBe(299 * 32)
    expect(medianHz(cutEnd(track, () => true))).toBeUndefined()
  })

  it('finds what is nearest', () => {
    const track = append(emptyTrack, momentsOf(600, 150))
    expect(nearest(track, 9_610, 60)?.atMs).toBe(9_600)
    expect(nearest(track, 100_000, 60)).toBeUndefined()
  })
})

describe('what is read from the picture', () => {
  const view = folded([
    begin,
    user(1_000, frames(0, 40, 200)),
    agent('r', 1_000, frames(0, 40, 120)),
    { type: 'heard', reply: 'r', ms: 1_300, atMs: 2_300 },
    {
      type: 'judged',
      atMs: 1_500,
      reply: 'r',
      ruling: 'pass',
      afterOnsetMs: 400,
      reasons: [{ kind: 'backchannel' }],
    },
  ])

  it('is both sides and what happened close by', () => {
    const readout = readoutAt(view, 1_520, 100)
    expect(readout.user).toMatchObject({ pitchHz: 200, loudness: -22 })
    expect(readout.user?.semitones).toBeCloseTo(0, 0)
    expect(readout.agent).toMatchObject({ pitchHz: 120 })
    expect(readout.mark).toMatchObject({ kind: 'pass' })
    expect(readoutAt(view, 9_000, 100)).toMatchObject({ user: undefined, agent: undefined, mark: undefined })
  })

  it('is kept as CSV, in order of time, a row for each frame', () => {
    const [head, ...rows] = csvOfView(view).trimEnd().split('\r\n')
    const names = head?.split(',') ?? []
    const table = rows.map(row => Object.fromEntries(row.split(',').map((cell, i) => [names[i], cell])))
    expect(table).toHaveLength(80)
    expect(table.every(({ atMs }, i) => i === 0 || Number(atMs) >= Number(table[i - 1]?.atMs))).toBe(true)
    expect(table.filter(({ side }) => side === 'agent').map(({ placeMs }) => Number(placeMs))).toEqual(
      Array.from({ length: 40 }, (_, i) => i * 32),
    )
    expect(table[0]).toMatchObject({ side: 'user', pitchHz: '200.00', reply: '' })
  })
})

function utteranceAt(fromMs: number, untilMs: number) {
  return {
    fromMs,
    untilMs,
    levelDb: -20,
    loudness: -20,
    syllables: 2,
    syllableRate: 4,
    pauses: 0,
    pauseMs: 0,
    voicedFraction: 0.5,
    arousal: 0.5,
    emotion: 'neutral' as const,
    evidence: [],
  }
}

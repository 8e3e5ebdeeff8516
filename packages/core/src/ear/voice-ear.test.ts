import { readFileSync } from 'node:fs'
import {
  type AudioFrame,
  gateVoice,
  loadResampling,
  readWav,
  type VoiceDetector,
  type VoiceRate,
} from '@parley/audio'
import { loadVoiceActivity } from '@parley/audio/node'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ParleyError } from '../errors.js'
import type { Evidence } from '../floor/evidence.js'
import type { Ear } from './ear.js'
import { createVoiceEar } from './voice-ear.js'

const activity = await loadVoiceActivity()
const resampling = await loadResampling()
const fixtures = new URL('../../../../fixtures/audio/', import.meta.url)
const rate = 16000
const windowMs = 32

interface Sound {
  readonly file: string
  readonly kind?: string
  readonly expect?: 'no_turn' | 'no_vad'
  readonly segments?: readonly {
    readonly type?: string
    readonly start_ms?: number
    readonly end_ms?: number
  }[]
}

const labels: Readonly<Record<'clips' | 'traps' | 'conv', readonly Sound[]>> = JSON.parse(
  readFileSync(new URL('labels.json', fixtures), 'utf8'),
)

function recording(file: string): { samples: Int16Array; rate: VoiceRate } {
  const wav = readWav(readFileSync(new URL(file, fixtures)))
  if (wav.sampleRate === 8000 || wav.sampleRate === 16000) {
    return { samples: wav.samples, rate: wav.sampleRate }
  }
  const resampler = resampling.create({ fromRate: wav.sampleRate, toRate: rate })
  const samples = resampler.process(wav.samples).slice()
  resampler.close()
  return { samples, rate }
}

/** What the ear says to `samples` in frames of the given sizes (repeated), with a second of silence after them. */
function listen(
  ear: Ear,
  sound: { samples: Int16Array; rate: number },
  sizes: readonly number[],
): Evidence[] {
  const samples = new Int16Array(sound.samples.length + sound.rate)
  samples.set(sound.samples)
  const said: Evidence[] = []
  for (let at = 0, turn = 0; at < samples.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 320
    const atMs = (at * 1000) / sound.rate
    const evidence = ear.hear({ samples: samples.subarray(at, at + size), rate: sound.rate, atMs })
    if (evidence !== undefined) said.push(evidence)
    at += size
  }
  return said
}

/** Where voice began and ended, without what was only suspected. */
const boundaries = (said: readonly Evidence[]): Evidence[] =>
  said.filter(({ kind }) => kind === 'speech-start' || kind === 'speech-end')

/** A detector that hears what the samples say: each sample is its window's probability in thousandths. */
function scripted(): VoiceDetector & { resets: number } {
  const detector = {
    rate: 16000 as const,
    windowSize: 512,
    resets: 0,
    process: (window: Int16Array) => Math.min(...window) / 1000,
    coast: (window: Int16Array) => Math.min(...window) / 1000,
    reset: () => {
      detector.resets++
    },
    close: () => undefined,
  }
  return detector
}

/** A frame of whole windows, one probability each. */
function frame(atMs: number, ...probabilities: number[]): AudioFrame {
  const samples = new Int16Array(probabilities.length * 512)
  for (const [index, probability] of probabilities.entries()) {
    samples.fill(probability * 1000, index * 512, (index + 1) * 512)
  }
  return { samples, rate, atMs }
}

const times = (probability: number, windows: number): number[] =>
  Array.from({ length: windows }, () => probability)

describe('the ear', () => {
  it('says the same whatever the size of the frames', () => {
    const sound = recording('conv/dev-vad-en8-ulaw.wav')
    const said = boundaries(listen(createVoiceEar(activity.open(sound.rate)), sound, [160]))
    expect(said.length).toBeGreaterThan(4)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 9 }), sizes => {
        const detector = activity.open(sound.rate)
        expect(boundaries(listen(createVoiceEar(detector), sound, sizes))).toEqual(said)
        detector.close()
      }),
      { numRuns: 20 },
    )
  })

  it('gives the evidence of one huge frame piece by piece, in order', () => {
    const ear = createVoiceEar(scripted())
    const first = ear.hear(frame(0, ...times(0.9, 4), ...times(0, 10), ...times(0.9, 4), ...times(0, 10)))
    const later = [28, 29, 30, 31].map(window => ear.hear(frame(window * windowMs, 0)))
    expect([first, ...later]).toEqual([
      { kind: 'speech-start', atMs: 0 },
      { kind: 'speech-end', atMs: 4 * windowMs },
      { kind: 'speech-start', atMs: 14 * windowMs },
      { kind: 'speech-end', atMs: 18 * windowMs },
      undefined,
    ])
  })

  it('joins utterances rather than keep evidence without end', () => {
    const ear = createVoiceEar(scripted())
    const utterance = [...times(0.9, 2), ...times(0, 8)]
    const said = [ear.hear(frame(0, ...Array.from({ length: 1000 }, () => utterance).flat()))]
    for (let window = 10_000; window < 10_100; window++) said.push(ear.hear(frame(window * windowMs, 0)))
    const kinds = said.flatMap(evidence => evidence?.kind ?? [])
    expect(kinds.length).toBeLessThan(20)
    expect(kinds).toEqual(kinds.map((_, i) => (i % 2 === 0 ? 'speech-start' : 'speech-end')))
    expect(said.filter(Boolean).at(-1)?.atMs).toBe((10_000 - 8) * windowMs)
  })

  it('refuses a frame of another rate', () => {
    const ear = createVoiceEar(activity.open(8000))
    const wrong = () => ear.hear({ samples: new Int16Array(320), rate: 16000, atMs: 0 })
    expect(wrong).toThrow(ParleyError)
    expect(wrong).toThrow(/8000/)
  })

  it('takes lost frames for silence', () => {
    const detector = scripted()
    const ear = createVoiceEar(detector)
    expect(ear.hear(frame(0, 0.9, 0.9))).toEqual({ kind: 'speech-start', atMs: 0 })
    expect(ear.hear(frame(64 + 320, 0))).toEqual({ kind: 'speech-end', atMs: 64 })
    expect(detector.resets).toBe(0)
  })

  it('goes on speaking over a short loss', () => {
    const ear = createVoiceEar(scripted())
    ear.hear(frame(0, 0.9, 0.9))
    expect(ear.hear(frame(64 + 96, 0.9))).toBeUndefined()
    expect(ear.hear(frame(64 + 128, ...times(0, 8)))).toEqual({ kind: 'speech-end', atMs: 64 + 128 })
  })

  it('lets the detector begin afresh after a long loss', () => {
    const detector = scripted()
    const ear = createVoiceEar(detector)
    ear.hear(frame(0, 0))
    ear.hear(frame(5000, 0))
    expect(detector.resets).toBe(1)
  })

  it('does not hear a frame again that came twice or late', () => {
    const ear = createVoiceEar(scripted())
    ear.hear(frame(0, 0, 0, 0))
    ear.hear(frame(96, 0.6))
    ear.hear(frame(96, 0.6))
    expect(ear.hear(frame(32, 0.6, 0.6))).toBeUndefined()
    expect(ear.hear(frame(128, 0.6))).toEqual({ kind: 'speech-start', atMs: 96 })
  })

  it('ends the speech of a stream that begins anew', () => {
    const detector = scripted()
    const ear = createVoiceEar(detector)
    ear.hear(frame(60_000, 0.9, 0.9))
    expect(ear.hear(frame(0, 0.9))).toEqual({ kind: 'speech-end', atMs: 60_064 })
    expect(ear.hear(frame(32, 0.9))).toEqual({ kind: 'speech-start', atMs: 0 })
    expect(detector.resets).toBe(1)
  })

  it('shows the probability of the last window', () => {
    const ear = createVoiceEar(scripted())
    expect(ear.voice).toBe(0)
    ear.hear(frame(0, 0.25, 0.75))
    expect(ear.voice).toBe(0.75)
  })

  it('follows every onset by its speech or its loss, whatever happens to the stream', () => {
    const piece = fc.record({
      jumpMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: -2000, max: 2000 })),
      size: fc.integer({ min: 0, max: 6000 }),
      probability: fc.constantFrom(0, 0.01, 0.4, 0.6, 0.95),
    })
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 200 }), pieces => {
        const ear = createVoiceEar(scripted())
        let atMs = 10_000
        const kinds = pieces.flatMap(({ jumpMs, size, probability }) => {
          atMs += jumpMs
          const samples = new Int16Array(size).fill(probability * 1000)
          const evidence = ear.hear({ samples, rate, atMs })
          atMs += (size * 1000) / rate
          return evidence?.kind ?? []
        })
        expect(kinds.join(' ')).toMatch(
          /^((onset (onset-lost|speech-start speech-end)|speech-start speech-end)( |$))*(onset|(onset )?speech-start)?$/,
        )
      }),
    )
  })
})

describe('the ear on human recordings', () => {
  it.each(labels.clips.filter(clip => clip.kind === 'speech').map(clip => clip.file))(
    'hears the speech of %s',
    file => {
      const sound = recording(file)
      const said = boundaries(listen(createVoiceEar(activity.open(sound.rate)), sound, [sound.rate / 50]))
      expect(said.filter(evidence => evidence.kind === 'speech-start').length).toBeGreaterThan(0)
      expect(said.at(-1)?.kind).toBe('speech-end')
    },
  )

  it.each(labels.traps.filter(trap => trap.expect === 'no_vad').map(trap => trap.file))(
    'is not taken in by %s',
    file => {
      const sound = recording(file)
      const said = listen(createVoiceEar(activity.open(sound.rate)), sound, [sound.rate / 50])
      expect(boundaries(said)).toEqual([])
    },
  )

  it('decides the same at the same frame with the energy gate and without, on every recording', () => {
    for (const { file } of [...labels.clips, ...labels.traps, ...labels.conv]) {
      const sound = recording(file)
      const [plain, gated] = [activity.open(sound.rate), gateVoice(activity.open(sound.rate))]
      const without = decisions(createVoiceEar(plain), sound)
      expect(decisions(createVoiceEar(gated), sound), file).toEqual(without)
      plain.close()
      gated.close()
    }
  })
})

/** Evidence with the number of the frame in which it was given. */
function decisions(ear: Ear, sound: { samples: Int16Array; rate: number }): string[] {
  const size = sound.rate / 50
  const frames = Math.floor(sound.samples.length / size)
  return Array.from({ length: frames }, (_, index) => {
    const samples = sound.samples.subarray(index * size, (index + 1) * size)
    const evidence = ear.hear({ samples, rate: sound.rate, atMs: index * 20 })
    return evidence === undefined ? '' : `${index} ${evidence.kind} ${evidence.atMs}`
  }).filter(Boolean)
}

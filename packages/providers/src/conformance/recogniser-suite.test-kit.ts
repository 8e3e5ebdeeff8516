/** What every recogniser of a vendor promises, run against its simulated vendor. */

import type { SpeechToText, SttEvent, SttStream } from '@parley/core'
import { codeSpeech } from '@parley/sim'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { faultsAt } from './faults.test-kit.js'
import { type Conformer, openRig, type Rig, secretKey, wordsOf } from './rig.test-kit.js'
import { until } from './voice-suite.test-kit.js'

export interface RecogniserConformer extends Conformer<SpeechToText> {
  readonly partials: boolean
  /** How far times may be off, ms; undefined: the vendor gives none and the utterance's own bounds stand. */
  readonly toleranceMs?: number
  /** Longest idle time it must live through by itself, ms of virtual time. Default 60,000. */
  readonly idleMs?: number
  readonly stages?: readonly ('connect' | 'first' | 'middle')[]
}

const FRAME_MS = 20

export function describeRecogniser(conformer: RecogniserConformer): void {
  describe(`${conformer.name} as a recogniser`, () => {
    let rig: Rig<SpeechToText>
    let events: SttEvent[]
    let stream: SttStream
    beforeEach(async () => {
      rig = await openRig(conformer)
      events = []
      stream = open(events)
    })
    afterEach(async () => {
      stream.close()
      await rig.close()
    })

    function open(into: SttEvent[]): SttStream {
      const { clock } = rig
      return rig.provider.open({ language: 'en', clock, onEvent: event => into.push(event) })
    }

    /** One utterance from this media time, and silence behind it; gives the time of its end. */
    async function say(text: string, atMs: number, to = stream): Promise<number> {
      const { samples } = codeSpeech(text, rig.provider.sampleRate)
      const endMs = atMs + (samples.length * 1000) / rig.provider.sampleRate
      to.begin(atMs)
      await hear(samples, atMs, to)
      await hear(new Int16Array(rig.provider.sampleRate / 5), endMs, to)
      to.finish(endMs)
      return endMs
    }

    async function hear(samples: Int16Array, atMs: number, to: SttStream): Promise<void> {
      const rate = rig.provider.sampleRate
      const size = (rate * FRAME_MS) / 1000
      for (let at = 0; at < samples.length; at += size) {
        to.hear({ samples: samples.slice(at, at + size), rate, atMs: atMs + (at * 1000) / rate })
        await rig.clock.advance(FRAME_MS)
      }
    }

    const finished = (endMs: number, from = events) =>
      rig.pump(
        until(() => from.some(event => event.kind === 'finished' && event.atMs >= endMs - 30)),
        5,
      )
    const finals = (from = events) => from.flatMap(event => (event.kind === 'final' ? [event] : []))
    const text = (from = events) =>
      finals(from)
        .map(event => event.text.trim())
        .join(' ')
    const lost = (from = events) => from.flatMap(event => (event.kind === 'lost' ? [event.error] : []))

    it('hears the words of an utterance, all of them before it is finished', async () => {
      await finished(await say('I would like to speak with señor Ñandú please', 0))
      expect(text()).toBe('I would like to speak with señor Ñandú please')
      expect(events.findIndex(({ kind }) => kind === 'finished')).toBeGreaterThan(
        events.findLastIndex(({ kind }) => kind === 'final'),
      )
      expect(rig.sim.complaints).toEqual([])
      expect(lost()).toEqual([])
    })

    it.runIf(conformer.partials)('tells words while they are spoken', async () => {
      await finished(await say('this is a rather long sentence that has some words', 0))
      const partial = events.findIndex(({ kind }) => kind === 'partial')
      expect(partial).toBeGreaterThanOrEqual(0)
      expect(partial).toBeLessThan(events.findIndex(({ kind }) => kind === 'final'))
    })

    it('places each utterance where it was spoken, across gaps of media time', async () => {
      const firstEndMs = await say('first words', 1_000)
      await finished(firstEndMs)
      const secondEndMs = await say('second words', 60_000)
      await finished(secondEndMs)
      expect(text()).toBe('first words second words')
      const [first] = finals()
      const second = finals().at(-1)
      const offMs = conformer.toleranceMs ?? 250
      expect(Math.abs((first?.startMs ?? 0) - 1_000)).toBeLessThanOrEqual(offMs)
      expect(Math.abs((second?.endMs ?? 0) - secondEndMs)).toBeLessThanOrEqual(offMs)
      expect(first?.endMs ?? 0).toBeLessThanOrEqual(second?.startMs ?? 0)
    })

    it('answers a finish without words, and one that comes twice', async () => {
      stream.begin(0)
      await hear(new Int16Array(rig.provider.sampleRate / 2), 0, stream)
      stream.finish(500)
      stream.finish(500)
      await finished(500)
      expect(text()).toBe('')
      await finished(await say('and now words', 1_000))
      expect(text()).toBe('and now words')
    })

    it('lives through silence', async () => {
      await finished(await say('before', 0))
      await rig.pump(rig.clock.sleep(conformer.idleMs ?? 60_000), 500)
      await finished(await say('after', 100_000))
      expect(text()).toBe('before after')
      expect(lost()).toEqual([])
    })

    it('tells nothing after it was closed', async () => {
      await say('these words are lost', 0)
      stream.close()
      const told = events.length
      await rig.pump(rig.clock.sleep(2_000), 20)
      expect(events).toHaveLength(told)
      stream.hear({ samples: new Int16Array(320), rate: rig.provider.sampleRate, atMs: 0 })
      stream.begin(0)
      stream.finish(10)
      stream.close()
      expect(events).toHaveLength(told)
    })

    it('keeps streams apart that are open at the same time', async () => {
      const others: SttEvent[] = []
      const other = open(others)
      const [oneMs, otherMs] = await Promise.all([
        say('one caller', 0),
        say('another caller altogether', 0, other),
      ])
      await finished(oneMs)
      await finished(otherMs, others)
      expect(text()).toBe('one caller')
      expect(text(others)).toBe('another caller altogether')
      other.close()
    })

    it('stays bounded and calm when a minute of sound comes at once', () => {
      const frame = new Int16Array((rig.provider.sampleRate * FRAME_MS) / 1000)
      stream.begin(0)
      for (let at = 0; at < 3_000; at++)
        stream.hear({ samples: frame, rate: rig.provider.sampleRate, atMs: at * FRAME_MS })
      stream.finish(60_000)
      expect(lost().every(({ code }) => code === 'too_large' || code.startsWith('provider_'))).toBe(true)
    })

    for (const { fault, codes } of faultsAt(...(conformer.stages ?? ['connect', 'first', 'middle']))) {
      if (fault.kind === 'hang' && fault.stage !== 'connect') continue
      it(`says once what is wrong when the vendor does "${fault.kind}" at "${fault.stage}", and another stream hears`, async () => {
        stream.close()
        rig.sim.behave({ fault })
        const own: SttEvent[] = []
        const struck = open(own)
        const saying = say('one two three four five six seven eight nine ten eleven twelve', 0, struck)
        await saying
        await rig.pump(
          until(() => lost(own).length > 0),
          fault.kind === 'hang' ? 250 : 20,
        )
        const [error] = lost(own)
        expect(codes).toContain(error?.code)
        if (error !== undefined) expect(wordsOf(error)).not.toContain(secretKey)
        const told = own.length
        struck.finish(9_000)
        await rig.pump(rig.clock.sleep(3_000), 50)
        expect(own).toHaveLength(told)
        rig.sim.behave({ fault: undefined })
        const fresh: SttEvent[] = []
        const after = open(fresh)
        await finished(await say('back again', 0, after), fresh)
        expect(text(fresh)).toBe('back again')
        after.close()
      })
    }

    it('leaves nothing behind after a thousand streams', async () => {
      for (let use = 0; use < 1_000; use++) {
        const each = open([])
        each.hear({ samples: new Int16Array(320), rate: rig.provider.sampleRate, atMs: 0 })
        if (use % 2 === 0) await rig.clock.advance(1)
        each.close()
      }
      stream.close()
      await rig.pump(
        until(() => rig.sim.counts.open === 0),
        50,
      )
      await rig.pump(rig.clock.sleep(5_000), 250)
      expect(rig.clock.pending).toBeLessThanOrEqual(2)
      expect(rig.keys.outcomes.length).toBe(rig.keys.taken)
    }, 60_000)
  })
}

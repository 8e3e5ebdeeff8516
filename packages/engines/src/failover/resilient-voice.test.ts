import { joinedCues, loadResampling } from '@parley/audio'
import type { SpeechPart, TextToSpeech } from '@parley/core'
import { readSpeech, VirtualClock } from '@parley/sim'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { account, cuesOf, drain, incidents, voiceOf } from './failover-rig.test-kit.js'
import { createResilientVoice } from './resilient-voice.js'

const resampling = await loadResampling()
const text = 'The price is $42.50, up three percent.'
const never = new AbortController().signal
const fail = (after: number) => ({ kind: 'fail', after }) as const
const ask = (words: string) => ({ text: words, language: 'en' })

function soundOf(parts: readonly SpeechPart[]): Int16Array {
  const pieces = parts.flatMap(part => (part.kind === 'audio' ? [...part.samples] : []))
  return Int16Array.from(pieces)
}
const heard = (parts: readonly SpeechPart[], rate = 8_000) => readSpeech(soundOf(parts), rate)
const told = (parts: readonly SpeechPart[]) => parts.filter(part => part.kind === 'word')

describe('several voices as one', () => {
  it('speaks as the first does while that works', async () => {
    const clock = new VirtualClock()
    const log = account()
    const voice = createResilientVoice([voiceOf({ clock }), voiceOf({ clock, log })], { clock })
    const parts = await drain(clock, voice.speak(ask(text), never))
    expect(heard(parts).text).toBe(text)
    expect(told(parts).map(part => part.text)).toEqual(text.split(' '))
    expect(parts.at(-1)).toEqual({ kind: 'usage', characters: text.length })
    expect(log.uses).toBe(0)
  })

  it('goes on at the next unspoken word, its words placed where their sound is', async () => {
    const clock = new VirtualClock()
    const { all, onIncident } = incidents()
    const voices = [voiceOf({ name: 'a', clock, fates: [fail(17)] }), voiceOf({ name: 'b', clock })]
    const voice = createResilientVoice(voices, { clock, onIncident })
    const parts = await drain(clock, voice.speak(ask(text), never))
    const { words } = heard(parts)
    expect(words.map(word => word.text)).toEqual(text.split(' '))
    expect(told(parts).map(({ text, startMs }) => ({ text, startMs }))).toEqual(
      words.map(({ text, startMs }) => ({ text, startMs })),
    )
    expect(all.map(({ provider, action }) => `${provider} ${action}`)).toEqual(['a broke-off'])
  })

  it('shows no mouth for sound that was cut, and goes on where the next voice does', async () => {
    const clock = new VirtualClock()
    const voices = [voiceOf({ name: 'a', clock, fates: [fail(17)] }), voiceOf({ name: 'b', clock })]
    const parts = await drain(clock, createResilientVoice(voices, { clock }).speak(ask(text), never))
    const cues = cuesOf(parts, 8_000)
    const alone = cuesOf(await drain(clock, voiceOf({ clock }).speak(ask(text), never)), 8_000)
    // The gate cuts where words end; cut pieces are one shape to the eye.
    const shapes = (all: typeof cues) =>
      joinedCues(all)
        .map(({ viseme }) => viseme)
        .filter(each => each !== 'sil')
    expect(shapes(cues)).toEqual(shapes(alone))
    for (const { startMs, endMs } of told(parts))
      expect(cues.some(cue => cue.startMs < endMs && cue.endMs > startMs)).toBe(true)
  })

  it('gives one rate, whatever the voice that goes on has', async () => {
    const clock = new VirtualClock()
    const voices = [
      voiceOf({ clock, sampleRate: 24_000, fates: [fail(20)] }),
      voiceOf({ clock, sampleRate: 16_000 }),
    ]
    const voice = createResilientVoice(voices, { clock, resampling })
    expect(heard(await drain(clock, voice.speak(ask(text), never)), 24_000).text).toBe(text)
    expect(() => createResilientVoice(voices, { clock })).toThrow('resampler')
  })

  it('goes on where a voice falls silent, and where it ends too early', async () => {
    const clock = new VirtualClock()
    const hangs = voiceOf({ clock, fates: [{ kind: 'hang', after: 12 }] })
    const whole = voiceOf({ clock })
    const early: TextToSpeech = {
      ...whole,
      async *speak(request, signal) {
        let given = 0
        for await (const part of whole.speak(request, signal)) {
          if (part.kind === 'audio' && ++given > 9) return
          yield part
        }
      },
    }
    for (const first of [hangs, early]) {
      const voice = createResilientVoice([first, whole], { clock })
      expect(heard(await drain(clock, voice.speak(ask(text), never))).text).toBe(text)
    }
  })

  it('goes on where a voice that times nothing ends much sooner than it ever did', async () => {
    const clock = new VirtualClock()
    const whole = voiceOf({ clock, timed: false })
    let uses = 0
    const early: TextToSpeech = {
      ...whole,
      async *speak(request, signal) {
        const most = ++uses > 4 ? 6 : Number.POSITIVE_INFINITY
        let given = 0
        for await (const part of whole.speak(request, signal)) {
          if (part.kind === 'audio' && ++given > most) return
          yield part
        }
      },
    }
    const voice = createResilientVoice([early, whole], { clock })
    const said = 'Thank you very much for calling us today.'
    for (let clause = 0; clause < 5; clause++)
      expect(heard(await drain(clock, voice.speak(ask(said), never))).text).toBe(said)
  })

  it('cuts a voice that times nothing where it is quiet, and counts its words by its pace', async () => {
    const clock = new VirtualClock()
    for (let after = 1; after < 40; after++) {
      const first = voiceOf({ clock, timed: false, fates: [undefined, fail(after)] })
      const voice = createResilientVoice([first, voiceOf({ clock, timed: false })], { clock })
      await drain(clock, voice.speak(ask('A clause to learn its pace from.'), never))
      expect(heard(await drain(clock, voice.speak(ask(text), never))).text).toBe(text)
    }
  })

  it('takes no voice for broken because it was slow with a number or a single word', async () => {
    const clock = new VirtualClock()
    const { all, onIncident } = incidents()
    const spokenMs: Record<string, number> = { 'Yes.': 1_100, '1,250.99': 3_600, '555 0199 332': 4_800 }
    const untimed: TextToSpeech = {
      ...voiceOf({ clock }),
      async *speak({ text: said }) {
        const ms = spokenMs[said] ?? 55 * said.length
        yield { kind: 'audio', samples: new Int16Array(8 * ms).fill(3_000) }
      },
    }
    const voice = createResilientVoice([untimed, voiceOf({ clock })], { clock, onIncident })
    for (const first of Object.keys(spokenMs))
      for (const said of [first, 'Thank you very much for calling us today.'])
        await drain(clock, voice.speak(ask(said), never))
    expect(all).toEqual([])
  })

  it('asks each voice for its own speaker', async () => {
    const clock = new VirtualClock()
    const asked: (string | undefined)[] = []
    const spy = (voice: TextToSpeech): TextToSpeech => ({
      ...voice,
      speak(request, signal) {
        asked.push(request.voice)
        return voice.speak(request, signal)
      },
    })
    const voices = [spy(voiceOf({ clock, fates: [fail(0)] })), spy(voiceOf({ clock }))]
    const voice = createResilientVoice(voices, { clock, speakers: [undefined, 'nova'] })
    await drain(clock, voice.speak({ ...ask(text), voice: 'sonic' }, never))
    expect(asked).toEqual(['sonic', 'nova'])
  })

  it('takes only voices of the language where there is one', async () => {
    const clock = new VirtualClock()
    const english = { ...voiceOf({ clock }), languages: ['en-US'] }
    const log = account()
    const voice = createResilientVoice([english, { ...voiceOf({ clock, log }), languages: ['es'] }], {
      clock,
    })
    await drain(clock, voice.speak({ text: 'hola', language: 'es-MX' }, never))
    expect(log.uses).toBe(1)
  })

  it('starts a second beside a slow first and stops the loser at once', async () => {
    const clock = new VirtualClock()
    const slow = account()
    const voices = [voiceOf({ clock, firstMs: 2_000, log: slow }), voiceOf({ clock, firstMs: 50 })]
    const voice = createResilientVoice(voices, { clock, hedge: { afterMs: 300 } })
    const parts = await drain(clock, voice.speak(ask(text), never))
    expect(heard(parts).text).toBe(text)
    expect(clock.now()).toBeLessThan(500)
    await clock.advance(2_000)
    expect(slow.open).toBe(0)
  })

  it('stops at once when told, and blames nobody', async () => {
    const clock = new VirtualClock()
    const log = account()
    const { all, onIncident } = incidents()
    const hangs = voiceOf({ clock, log, fates: [{ kind: 'hang', after: 9 }] })
    const stop = new AbortController()
    const drawing = drain(
      clock,
      createResilientVoice([hangs], { clock, onIncident }).speak(ask(text), stop.signal),
    )
    await clock.advance(10)
    stop.abort()
    const stoppedMs = clock.now()
    await drawing
    expect(clock.now() - stoppedMs).toBeLessThan(100)
    expect([all, log.open, clock.pending]).toEqual([[], 0, 0])
  })

  it('fails when nobody can speak, and when nobody can go on', async () => {
    const clock = new VirtualClock()
    const { all, onIncident } = incidents()
    const silent = voiceOf({ clock, fates: [fail(0), fail(0)] })
    const voice = createResilientVoice([silent], { clock, onIncident })
    await expect(drain(clock, voice.speak(ask(text), never))).rejects.toThrow('told to fail')
    const broken = voiceOf({ clock, fates: [fail(9), fail(0)] })
    const other = createResilientVoice([broken], { clock, onIncident })
    await expect(drain(clock, other.speak(ask(text), never))).rejects.toThrow('told to fail')
    expect(all.at(-1)?.action).toBe('gave-up')
  })

  it('lets every word be heard once, whole and in order, whatever fails and when', async () => {
    const fate = fc.option(fc.record({ kind: fc.constantFrom('fail', 'hang'), after: fc.nat(50) } as const), {
      nil: undefined,
    })
    const each = fc.record({
      chunkMs: fc.integer({ min: 5, max: 200 }),
      fates: fc.array(fate, { maxLength: 1 }),
      sampleRate: fc.constantFrom(8_000, 16_000, 24_000),
      firstMs: fc.constantFrom(0, 0, 200, 1_500, 9_000),
    })
    const words = fc.array(fc.stringMatching(/^[a-zé$]{0,8}[0-9a-z][.,?]?$/), { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(words, fc.array(each, { maxLength: 4 }), each, async (said, broken, last) => {
        const whole = said.join(' ')
        const clock = new VirtualClock()
        const voices = [...broken, { ...last, fates: [], firstMs: 100 }].map(one =>
          voiceOf({ ...one, clock }),
        )
        const hedge = { share: 1, burst: 9, afterMs: 300 }
        const voice = createResilientVoice(voices, { clock, resampling, hedge })
        const parts = await drain(clock, voice.speak(ask(whole), never))
        expect(heard(parts, voice.sampleRate).text).toBe(whole)
        expect(told(parts).map(part => part.text)).toEqual(said)
        cuesOf(parts, voice.sampleRate)
        await voice.close()
        await clock.advance(10_000)
        expect(clock.pending).toBe(0)
      }),
      { numRuns: 150 },
    )
  })
})

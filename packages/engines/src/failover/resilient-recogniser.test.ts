import { loadResampling } from '@parley/audio'
import type { SpeechToText, SttEvent } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { account, incidents } from './failover-rig.test-kit.js'
import { earOf, sayTo } from './recogniser-rig.test-kit.js'
import { createResilientRecogniser, type ResilientRecogniserOptions } from './resilient-recogniser.js'

const resampling = await loadResampling()
const utterances = ['what is the price of one bitcoin right now', 'and of the other one', 'thanks']
const fail = (after: number) => ({ kind: 'fail', after }) as const
const hang = (after: number) => ({ kind: 'hang', after }) as const

async function hear(
  ears: readonly SpeechToText[],
  clock: VirtualClock,
  { said = utterances, ...options }: Partial<ResilientRecogniserOptions> & { said?: readonly string[] } = {},
) {
  const events: SttEvent[] = []
  const stt = createResilientRecogniser(ears, { clock, ...options })
  const stream = stt.open({ language: 'en', clock, onEvent: event => events.push(event) })
  await sayTo(stream, clock, { utterances: said, rate: stt.sampleRate })
  stream.close()
  await stt.close()
  const finals = events.flatMap(event => (event.kind === 'final' ? [event] : []))
  return {
    events,
    finals,
    text: finals.map(({ text }) => text).join(' '),
    finished: events.filter(({ kind }) => kind === 'finished').length,
    errors: events.filter(({ kind }) => kind === 'error').length,
  }
}

describe('several recognisers as one', () => {
  it('hears as the first does while that works', async () => {
    const clock = new VirtualClock()
    const log = account()
    const { text, finished } = await hear([earOf({ clock }), earOf({ clock, log })], clock)
    expect(text).toBe(utterances.join(' '))
    expect(finished).toBe(3)
    expect(log.uses).toBe(0)
  })

  it('tells the next what was not answered, with its times, and comes back between utterances', async () => {
    const clock = new VirtualClock()
    const { all, onIncident } = incidents()
    const [one, other] = [account(), account()]
    const calm = new VirtualClock()
    const untroubled = await hear([earOf({ clock: calm })], calm)
    const ears = [
      earOf({ name: 'a', clock, log: one, fates: [fail(40)] }),
      earOf({ name: 'b', clock, log: other }),
    ]
    const { finals, finished, errors } = await hear(ears, clock, { onIncident })
    expect(finals.flatMap(({ words = [] }) => words)).toEqual(
      untroubled.finals.flatMap(({ words = [] }) => words),
    )
    expect([finished, errors]).toEqual([3, 0])
    expect([one.uses, other.uses]).toEqual([2, 1])
    expect(one.open + other.open).toBe(0)
    expect(all.map(({ provider, action }) => `${provider} ${action}`)).toEqual(['a broke-off'])
  })

  it('takes one that does not answer the end of speech for lost', async () => {
    const clock = new VirtualClock()
    const { text, finished } = await hear([earOf({ clock, fates: [hang(20)] }), earOf({ clock })], clock)
    expect(text).toBe(utterances.join(' '))
    expect(finished).toBe(3)
  })

  it('waits longer for one that has no other beside it, and tells it nothing again', async () => {
    for (const [others, uses] of [
      [0, 1],
      [1, 2],
    ] as const) {
      const clock = new VirtualClock()
      let opened = 0
      const told: string[] = []
      const batch: SpeechToText = {
        name: 'batch',
        sampleRate: 8_000,
        close: async () => {},
        open({ onEvent }) {
          opened++
          const finish = (atMs: number) => void clock.after(1_500, () => onEvent({ kind: 'finished', atMs }))
          return { hear() {}, begin() {}, finish, close() {} }
        },
      }
      const ear = createResilientRecogniser([batch, ...Array(others).fill(batch)], { clock })
      const stream = ear.open({ language: 'en', clock, onEvent: ({ kind }) => void told.push(kind) })
      stream.begin(0)
      stream.finish(500)
      await clock.advance(1_500)
      expect([opened, told]).toEqual([uses, others === 0 ? ['finished'] : []])
      stream.close()
    }
  })

  it('takes one that throws for lost', async () => {
    const clock = new VirtualClock()
    const rude = earOf({ clock, rude: true, fates: [fail(30)] })
    expect((await hear([rude, earOf({ clock })], clock)).text).toBe(utterances.join(' '))
    const closed: SpeechToText = {
      ...rude,
      open: () => {
        throw new Error('no')
      },
    }
    expect((await hear([closed, earOf({ clock })], clock)).text).toBe(utterances.join(' '))
  })

  it('gives each the rate it wants', async () => {
    const clock = new VirtualClock()
    const ears = [
      earOf({ clock, sampleRate: 16_000, fates: [fail(50)] }),
      earOf({ clock, sampleRate: 8_000 }),
    ]
    expect((await hear(ears, clock, { resampling })).text).toBe(utterances.join(' '))
    expect(() => createResilientRecogniser(ears, { clock })).toThrow('resampler')
  })

  it('keeps the sound while nobody can be reached, says so once, and goes on', async () => {
    const clock = new VirtualClock()
    const down = earOf({ clock, fates: [fail(40), fail(0), fail(0), fail(0), fail(0)] })
    const { text, finished, errors } = await hear([down], clock)
    expect(text).toBe(utterances.join(' '))
    expect([finished, errors]).toEqual([3, 1])
  })

  it('drops the oldest sound when too much waits, and says so', async () => {
    const clock = new VirtualClock()
    const { all, onIncident } = incidents()
    const down = earOf({ clock, fates: Array.from({ length: 7 }, () => fail(0)) })
    const { text } = await hear([down], clock, { ringMs: 1_000, onIncident })
    expect(utterances.join(' ').endsWith(text.split(' ').slice(1).join(' '))).toBe(true)
    expect(all.filter(({ action }) => action === 'dropped-sound')).toHaveLength(1)
  })

  it('tells nothing after it is closed', async () => {
    const clock = new VirtualClock()
    const events: SttEvent[] = []
    const stt = createResilientRecogniser([earOf({ clock, delayMs: 100 })], { clock })
    const stream = stt.open({ language: 'en', clock, onEvent: event => events.push(event) })
    stream.begin(0)
    stream.finish(10)
    stream.close()
    await clock.advance(5_000)
    expect(events).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('gives every word once and in order and answers every end, whatever fails and when', async () => {
    const fate = fc.option(
      fc.record({ kind: fc.constantFrom('fail', 'hang'), after: fc.nat(120) } as const),
      { nil: undefined },
    )
    const ear = fc.record({
      fates: fc.array(fate, { maxLength: 3 }),
      timed: fc.boolean(),
      rude: fc.boolean(),
      delayMs: fc.constantFrom(0, 30, 200),
    })
    const utterance = fc
      .array(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 9 })
      .map(words => words.join(' '))
    await fc.assert(
      fc.asyncProperty(
        fc.array(utterance, { minLength: 1, maxLength: 3 }),
        fc.array(ear, { minLength: 1, maxLength: 3 }),
        async (said, broken) => {
          const clock = new VirtualClock()
          const ears = broken.map(each => earOf({ ...each, clock }))
          const { text, finished } = await hear(ears, clock, { said })
          expect(text).toBe(said.join(' '))
          expect(finished).toBe(said.length)
          expect(clock.pending).toBe(0)
        },
      ),
      { numRuns: 40 },
    )
  })
})

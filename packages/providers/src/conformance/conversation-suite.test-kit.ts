/** What every model that hears and speaks promises, run against its simulated vendor. */

import type { FarEvent, FarSession, FarSessionOptions, SpeechToSpeech } from '@parley/core'
import { codeSpeech, readSpeech } from '@parley/sim'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { faultsAt } from './faults.test-kit.js'
import { type Conformer, openRig, type Rig, secretKey, wordsOf } from './rig.test-kit.js'
import { until } from './voice-suite.test-kit.js'

export type ConversationConformer = Conformer<SpeechToSpeech>

type Told<Kind extends FarEvent['kind']> = FarEvent & { readonly kind: Kind }

export function describeConversation(conformer: ConversationConformer): void {
  describe(`${conformer.name} as a conversation`, () => {
    let rig: Rig<SpeechToSpeech>
    let events: FarEvent[]
    let session: FarSession
    let rate: number
    beforeEach(async () => {
      rig = await openRig(conformer)
      open()
    })
    afterEach(async () => {
      session.close()
      await rig.close()
    })

    function open(asked: Partial<FarSessionOptions> = {}): void {
      const own: FarEvent[] = []
      events = own
      rate = rig.provider.rateFor(24_000)
      session = rig.provider.open({
        instructions: 'be brief',
        tools: [],
        turns: { by: 'gateway' },
        language: 'en',
        rate,
        transcribes: true,
        clock: rig.clock,
        onEvent: event => void own.push(event),
        ...asked,
      })
    }

    const told = <Kind extends FarEvent['kind']>(kind: Kind) =>
      events.filter(event => event.kind === kind) as Told<Kind>[]
    const holds = (test: () => boolean, stepMs = 1) => rig.pump(until(test), stepMs)
    const isDone = (ask: string) => () => told('response-done').some(event => event.ask === ask)
    const outcomeOf = (ask: string) => told('response-done').find(event => event.ask === ask)?.outcome

    let items = 0
    function ask(id: string, text: string): void {
      session.add({ kind: 'message', id: `item-${++items}`, role: 'user', text })
      session.respond({ id })
    }
    function heard(id: string): string {
      const pieces = told('audio').filter(event => event.ask === id)
      return readSpeech(Int16Array.from(pieces.flatMap(({ samples }) => [...samples])), rate).text
    }
    function hear(samples: Int16Array): void {
      for (let at = 0; at < samples.length; at += rate / 50) session.hear(samples.slice(at, at + rate / 50))
    }
    async function answers(text: string): Promise<string> {
      const id = `ask-${++items}`
      ask(id, text)
      await holds(isDone(id))
      return heard(id)
    }

    it('answers what is typed and what is said', async () => {
      expect(await answers('good morning')).toBe('good morning')
      hear(codeSpeech('how are you', rate).samples)
      session.commit()
      session.respond({ id: 'spoken' })
      await holds(isDone('spoken'))
      expect(heard('spoken')).toBe('how are you')
      expect(told('committed')).toHaveLength(1)
      await holds(() => told('transcript').some(({ final }) => final))
      expect(told('transcript').at(-1)).toMatchObject({
        text: 'how are you',
        item: told('committed')[0]?.item,
      })
      expect(events[0]?.kind).toBe('ready')
      expect(rig.sim.complaints).toEqual([])
    })

    it('says nothing of a cancelled answer but its end, and answers the next', async () => {
      rig.sim.behave({ everyMs: 20 })
      ask('long', 'one two three four five six seven eight nine ten')
      await holds(() => told('audio').length > 0)
      session.cancel('long')
      const before = told('audio').length
      rig.sim.behave({ everyMs: 0 })
      expect(await answers('next')).toBe('next')
      expect(outcomeOf('long')).toBe('cancelled')
      expect(told('audio').filter(event => event.ask === 'long')).toHaveLength(before)
      expect(rig.sim.complaints).toEqual([])
    })

    it('ends each of many answers once, in the order they were asked for', async () => {
      const names = Array.from({ length: 12 }, (_, index) => `many-${index}`)
      for (const name of names)
        session.respond({ id: name, input: [{ kind: 'message', id: name, role: 'user', text: name }] })
      await holds(isDone('many-11'), 5)
      expect(told('response-done').map(event => event.ask)).toEqual(names)
      expect(names.map(heard)).toEqual(names)
    })

    it('answers every commit, also of nothing', async () => {
      session.commit()
      hear(new Int16Array(rate / 50))
      session.commit()
      hear(codeSpeech('now', rate).samples)
      session.commit()
      const isAnswer = ({ kind }: FarEvent) => kind === 'committed' || kind === 'commit-empty'
      await holds(() => events.filter(isAnswer).length === 3)
      expect(events.filter(isAnswer).map(({ kind }) => kind)).toEqual([
        ...['commit-empty', 'commit-empty', 'committed'],
      ])
      expect(rig.sim.complaints).toEqual([])
    })

    for (const { fault, codes } of faultsAt('connect', 'first', 'middle')) {
      it(`says what is wrong when the vendor does "${fault.kind}" at "${fault.stage}", and answers again after`, async () => {
        rig.sim.behave({ fault, everyMs: 5 })
        if (fault.stage === 'connect') {
          session.close()
          open()
        }
        ask('struck', 'one two three four five')
        await holds(isDone('struck'), fault.kind === 'hang' ? 250 : 5)
        const [end] = told('response-done')
        expect(end).toMatchObject({ ask: 'struck', outcome: 'failed' })
        expect(codes).toContain(end?.error?.code)
        if (fault.kind === 'limited') expect(end?.error?.details.retryAfterMs).toBe(2_000)
        for (const { error } of told('lost')) expect(wordsOf(error)).not.toContain(secretKey)
        rig.sim.behave({ fault: undefined, everyMs: 0 })
        if (told('lost').length > 0) {
          expect(events.at(-1)?.kind).toBe('lost')
          session.close()
          open()
        }
        expect(await answers('back again')).toBe('back again')
      })
    }

    it('leaves nothing behind after a hundred answers', async () => {
      for (let use = 0; use < 100; use++) {
        const said = await answers('a')
        if (use % 10 === 0) expect(said).toBe('a')
        events.length = 0
      }
      expect(rig.sim.counts.open).toBe(1)
      expect(rig.clock.pending).toBeLessThanOrEqual(4)
      expect(rig.sim.complaints).toEqual([])
      session.close()
      await holds(() => rig.sim.counts.open === 0, 50)
      expect(rig.keys.outcomes).toHaveLength(rig.keys.taken)
    }, 60_000)

    it('lets go of its connections when it is closed', async () => {
      rig.sim.behave({ everyMs: 50 })
      ask('cut', 'one two three four')
      await holds(() => told('audio').length > 0)
      await rig.pump(rig.provider.close?.() ?? Promise.resolve())
      const before = events.length
      await holds(() => rig.sim.counts.open === 0, 50)
      expect(events).toHaveLength(before)
    })
  })
}

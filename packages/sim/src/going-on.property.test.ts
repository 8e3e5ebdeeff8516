/**
 * Conversations killed at any moment, and those that go on with them killed again: nothing that is known is lost, nothing
 * heard is said again beyond the age of a snapshot and one word, and every answer comes once.
 */

import { isBlank, type ReplyId, type Turn } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  beginLife,
  heardWords,
  idsOfLife,
  type Life,
  SIM_WORD_MS,
  sayWords,
  succeed,
  wordsFor,
} from './going-on.test-kit.js'
import { seededRandom } from './random.js'
import type { SimConversationOptions } from './sim-conversation.js'

/** More worlds for a longer look: `PARLEY_PROPERTY_RUNS=5000`. */
const RUNS = Number(process.env.PARLEY_PROPERTY_RUNS ?? 16)

const act = fc.record({
  kind: fc.constantFrom('type', 'speak', 'interrupt', 'silence', 'silence'),
  ms: fc.integer({ min: 20, max: 2_500 }),
})
const world = fc.record({
  seed: fc.integer(),
  acts: fc.array(act, { minLength: 1, maxLength: 6 }),
  /** How long each process lives after that. */
  lives: fc.array(fc.integer({ min: 0, max: 6_000 }), { minLength: 1, maxLength: 3 }),
  uplinkMs: fc.integer({ min: 0, max: 120 }),
  downlinkMs: fc.integer({ min: 0, max: 120 }),
  jitterMs: fc.integer({ min: 0, max: 100 }),
  aheadMs: fc.integer({ min: 20, max: 400 }),
  reports: fc.boolean(),
  rewinds: fc.boolean(),
  prepares: fc.boolean(),
  opens: fc.boolean(),
  says: fc.boolean(),
})
type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never

/** A snapshot may be this old, with the beat that took it, ms. */
const AGE_MS = 270
const REPORT_MS = 60

async function converse(given: World) {
  const random = seededRandom(given.seed)
  const counts = new Map<string, number>()
  const countOf = (turn: string) => {
    const known = counts.get(turn) ?? 1 + Math.floor(random() * 14)
    counts.set(turn, known)
    return known
  }
  // Faster or slower than it is spoken.
  const paceMs = random() < 0.5 ? 10 : SIM_WORD_MS + 10
  const thinkMs = Math.floor(random() * 600)
  const options = (life: number): SimConversationOptions => ({
    ids: idsOfLife(life),
    answer: (turn: Turn) => sayWords(wordsFor(turn, countOf(turn.id)), { thinkMs, paceMs }),
    ...(given.says ? {} : { around: mute }),
    recognise: () => ({ text: 'some words', delayMs: Math.floor(random() * 400) }),
    opens: given.opens,
    policy: { speculation: { perTurn: given.prepares ? 2 : 0, wastedMsPerMinute: 20_000 } },
    caller: {
      uplinkMs: given.uplinkMs,
      downlinkMs: given.downlinkMs,
      jitterMs: given.jitterMs,
      aheadMs: given.aheadMs,
      rewinds: given.rewinds,
      ...(given.reports ? { reportEveryMs: REPORT_MS } : {}),
    },
  })
  const lives: { readonly life: Life; readonly heard: readonly string[] }[] = []
  let life = await beginLife(options(1))
  for (const { kind, ms } of given.acts) {
    const { talk } = life
    if (kind === 'type') talk.caller.type(`typed ${ms}`)
    if (kind === 'interrupt') talk.caller.interrupt()
    if (kind === 'speak') await talk.speak(ms)
    else await talk.silence(ms)
  }
  for (const [index, ms] of given.lives.entries()) {
    await life.talk.silence(ms)
    const heard = heardWords(life)
    life.kill()
    lives.push({ life, heard })
    life = await succeed(life, options(index + 2))
  }
  await life.talk.silence(12_000)
  lives.push({ life, heard: heardWords(life) })
  return { lives, countOf }
}

/** How far the ear of a life had come in a reply, ms. */
const earMs = ({ talk }: Life, reply: ReplyId) => talk.caller.ear.heardMs(reply, talk.clock.now())

describe('a conversation whose process dies', { timeout: RUNS * 1_000 }, () => {
  it('goes on at the next word, says each answer once and to its end, and remembers what was heard', async () => {
    let gaps = 0
    await fc.assert(
      fc.asyncProperty(world, async given => {
        const { lives, countOf } = await converse(given)
        for (const [index, { life, heard }] of lives.entries()) {
          const next = lives[index + 1]
          const { snapshot } = life
          if (next === undefined || snapshot === undefined) continue
          const { reply, unanswered } = snapshot
          // Nothing was said or heard yet: it begins anew.
          if (isBlank(snapshot)) continue
          // Nobody says a word of an answer that was over, or of a turn that nobody asked.
          const open = reply?.turn.id ?? unanswered?.id
          expect(next.heard.filter(word => !word.startsWith(`${open}:`))).toEqual([])
          // One that told none of its own was dead before it was heard: its ear knows nothing of that reply.
          if (reply === undefined || life.told === 0) continue
          const known = reply.heard === '' ? [] : reply.heard.split(' ')
          // What it says was heard, was.
          const ear = earMs(life, reply.reply)
          expect(known.length * SIM_WORD_MS).toBeLessThanOrEqual(ear + 20)
          expect(heard).toEqual(expect.arrayContaining(known))
          // What the ear got beyond it is no more than the snapshot's age, and the way of the last report.
          const wayMs = given.reports ? given.uplinkMs + REPORT_MS + 40 : 20
          expect(ear - known.length * SIM_WORD_MS).toBeLessThanOrEqual(AGE_MS + wayMs + SIM_WORD_MS)
          if (ear > known.length * SIM_WORD_MS) gaps += 1
          // The history of the next is what the snapshot says was heard.
          const entry = next.life.talk.session.history.find(
            each => each.role === 'agent' && each.reply === reply.reply,
          )
          expect(entry === undefined ? '' : entry.text).toBe(reply.heard)
        }
        // The answer that was open when the first died was said to its end, by all of them together.
        const { reply, unanswered } = lives[0]?.life.snapshot ?? {}
        const turn = reply?.turn.id ?? unanswered?.id
        if (turn === undefined) return
        const isReopened = lives.some(
          ({ life }) => life.talk.of('turn-reopened').length > 0 && life !== lives[0]?.life,
        )
        const got = lives.flatMap(({ heard }) => heard).filter(word => word.startsWith(`${turn}:`))
        const all = wordsFor({ id: turn }, countOf(turn))
        expect(isReopened).toBe(false)
        expect([...new Set(got)].sort(byPlace)).toEqual(all)
        expect(got.length).toBeLessThanOrEqual(all.length + (lives.length - 1) * mostRepeated(given))
      }),
      { numRuns: RUNS },
    )
    expect(gaps).toBeGreaterThan(0)
  })
})

/** An engine that cannot say what it is given. */
const mute: NonNullable<SimConversationOptions['around']> = engine => ({
  connect(call) {
    const { say: _, ...link } = engine.connect(call)
    return link
  },
})

const byPlace = (one: string, other: string) => Number(one.split(':')[1]) - Number(other.split(':')[1])

function mostRepeated({ reports, uplinkMs }: World): number {
  return Math.ceil((AGE_MS + (reports ? uplinkMs + REPORT_MS + 40 : 20)) / SIM_WORD_MS) + 1
}

/** A call whose node dies in the middle of a word: the carrier's next stream reaches another, and the caller hears the rest. */
import { decodeUlaw, loadResampling } from '@parley/audio'
import {
  createDurationJudge,
  createFixedEndpointing,
  createTicker,
  defaultSessionLimits,
  defaultTurnPolicy,
  type Engine,
  type EngineLink,
  Session,
  type SessionId,
  type SessionSnapshot,
} from '@parley/core'
import { defaultPhoneLimits, servePhoneSocket } from '@parley/transports'
import { describe, expect, it } from 'vitest'
import { countingIds } from '../random.js'
import { createThresholdEar } from '../threshold-ear.js'
import { VirtualClock } from '../virtual-clock.js'
import { createMemoryLine } from './phone-line.js'
import { PHONE_FRAME_MS, PHONE_RATE, SimPhone } from './sim-phone.js'

const WORD_MS = 300
const WORDS = 16

/** The sound of each word is a level of its own, which the line's codec leaves alone. */
const levelOf = (word: number) => decodeUlaw(Uint8Array.of(0x80 + word * 4))[0] ?? 0
const soundOf = (word: number) => new Int16Array((WORD_MS * PHONE_RATE) / 1000).fill(levelOf(word))

async function* speak(words: readonly number[]) {
  for (const [at, word] of words.entries()) {
    yield { kind: 'words', text: `w${word} `, untilMs: (at + 1) * WORD_MS } as const
    yield { kind: 'audio', samples: soundOf(word), rate: PHONE_RATE } as const
  }
}

const all = Array.from({ length: WORDS }, (_, word) => word)
const link: EngineLink = {
  hear() {},
  reply: turn => {
    const last = turn.begun?.said.split(' ').at(-1)
    return speak(all.slice(last === undefined ? 0 : Number(last.slice(1)) + 1))
  },
  say: text => speak(text.split(' ').map(word => Number(word.slice(1)))),
  close: async () => {},
}
const engine: Engine = { connect: () => link }

async function callNode(clock: VirtualClock, goesOnFrom?: SessionSnapshot) {
  const resampling = await loadResampling()
  let snapshot: SessionSnapshot | undefined
  let isDead = false
  const life = {
    now: () => clock.now(),
    after: (ms: number, run: () => void) =>
      clock.after(ms, () => {
        if (!isDead) run()
      }),
  }
  const line = createMemoryLine()
  servePhoneSocket({
    socket: line.gateway,
    identify: async () => ({ principal: { tenant: 'acme', subject: 'ada' } }),
    host: {
      async open({ transport }) {
        const session = new Session({
          id: 'ses_call' as SessionId,
          language: 'en',
          engine,
          ear: createThresholdEar(),
          listenRate: 16_000,
          outputRate: transport.outputRate,
          resampling,
          policy: defaultTurnPolicy,
          turnTaking: () => ({
            judge: createDurationJudge({ holdMs: 150, claimMs: 300 }),
            endpointing: createFixedEndpointing(700),
          }),
          limits: defaultSessionLimits,
          opens: true,
          journal: { write: async () => {} },
          taps: [],
          clock: life,
          ticker: createTicker(life, PHONE_FRAME_MS),
          ids: countingIds(),
          ...(goesOnFrom === undefined ? {} : { goesOnFrom }),
          snapshots(given) {
            if (!isDead) snapshot = JSON.parse(JSON.stringify(given))
          },
        })
        await session.start(transport)
        const facts = { agent: 'test', language: 'en', recogniser: null, voice: null }
        return { session: session.id, resumeToken: 'none', resumed: false, ...facts }
      },
    },
    clock: life,
    log: { info() {}, warn() {} },
    limits: defaultPhoneLimits,
  })
  const phone = new SimPhone({
    clock,
    line: line.carrier,
    uplinkMs: 40,
    downlinkMs: 40,
    customParameters: { token: 'good' },
  })
  return {
    phone,
    get snapshot() {
      return snapshot
    },
    /** The process is gone: the carrier's socket breaks. */
    kill() {
      isDead = true
      phone.drop()
    },
  }
}

/** What the ear got of each word, ms, in order. */
function wordsHeard(phone: SimPhone): { readonly word: number; readonly ms: number }[] {
  const heard: { word: number; ms: number }[] = []
  for (const sample of phone.sound()) {
    const word = all.find(each => levelOf(each) === sample)
    if (word === undefined) throw new Error(`a sample of ${sample} was never said`)
    const last = heard.at(-1)
    if (last?.word === word) last.ms += 1000 / PHONE_RATE
    else heard.push({ word, ms: 1000 / PHONE_RATE })
  }
  return heard
}

describe('a call whose node dies while the agent speaks', () => {
  it.each([1_150, 1_480, 2_333, 3_010, 4_404])(
    'after %i ms, goes on at another with the word that was cut, or one before',
    async diesAtMs => {
      const clock = new VirtualClock()
      const one = await callNode(clock)
      await clock.advance(diesAtMs)
      one.kill()
      const before = wordsHeard(one.phone)
      // The carrier falls through to its next document.
      await clock.advance(400)
      const two = await callNode(clock, one.snapshot)
      await clock.advance(6_000)
      const after = wordsHeard(two.phone)
      const whole = before.filter(({ ms }) => ms >= WORD_MS - 1).length
      const first = after[0]?.word ?? WORDS
      // No gap; of what was heard whole at most what fits into the age of a snapshot and its way comes again.
      expect(first).toBeLessThanOrEqual(whole)
      expect(whole - first).toBeLessThanOrEqual(2)
      expect(after.map(({ word }) => word)).toEqual(all.slice(first))
      expect(after.every(({ ms }) => Math.abs(ms - WORD_MS) < 1)).toBe(true)
    },
  )
})

/** Every short conversation there is over a small alphabet of acts, not a sample of them. */

import { describe, expect, it } from 'vitest'
import { SimConversation, type SimConversationOptions } from './sim-conversation.js'
import type { SimReply } from './sim-engine.js'

const word = (text: string) => ({ text, ms: 200 })
const answer: SimReply = { thinkMs: 60, paceMs: 20, words: ['one', 'two', 'three'].map(word) }

type Act = (talk: SimConversation) => Promise<void> | void

const acts: Readonly<Record<string, Act>> = {
  cough: talk => talk.speak(120),
  speech: talk => talk.speak(460),
  wait: talk => talk.silence(340),
  type: talk => talk.caller.type('typed'),
  interrupt: talk => talk.caller.interrupt(),
  key: talk => talk.caller.dtmf('1'),
  async drop(talk) {
    talk.caller.drop()
    await talk.clock.advance(180)
    talk.resume()
  },
}

const engines: Readonly<Record<string, () => SimReply>> = {
  answers: () => answer,
  fails: () => ({ ...answer, failsAfter: 1 }),
  'answers late': () => ({ ...answer, thinkMs: 420 }),
  'says nothing': () => ({ ...answer, words: [] }),
}

const lowers = { reportEveryMs: 60 }
const rewinds = { rewinds: true, aheadMs: 400 }

function sequences(depth: number, alphabet: readonly string[]): string[][] {
  if (depth === 0) return [[]]
  return sequences(depth - 1, alphabet).flatMap(rest => alphabet.map(act => [...rest, act]))
}

async function live(given: readonly string[], options: SimConversationOptions) {
  const talk = await SimConversation.start({
    opens: true,
    recognise: () => ({ text: 'words', delayMs: 260 }),
    ...options,
  })
  await talk.silence(200)
  for (const name of given) await acts[name]?.(talk)
  await talk.silence(260)
  await talk.clock.advance(3_400)
  const resting = talk.session.floor
  const lowered = talk.caller.ducks.at(-1)?.on ?? false
  await Promise.all([talk.session.end('client'), talk.clock.advance(1_000)])
  return { talk, resting, lowered }
}

/** The rule that the conversation broke. */
function broken({ talk, resting, lowered }: Awaited<ReturnType<typeof live>>): string | undefined {
  if (resting !== 'open') return `rests at ${resting}`
  if (lowered) return 'a far end is left low'
  if (talk.clock.pending > 0) return 'a timer is left'
  if (talk.engine.started !== talk.engine.finished) return 'an answer is left running'
  if (talk.of('recovered').length > 0) return 'the watchdog was needed'
  const started = talk.of('reply-started').map(({ reply }) => reply)
  const ended = talk.of('reply-ended').map(({ reply }) => reply)
  if (started.sort().join() !== ended.sort().join()) return 'a reply did not end once'
  const ducked = talk.of('ducked').map(({ reply }) => reply)
  const over = [...talk.of('resumed').map(({ reply }) => reply), ...ended]
  if (ducked.some(reply => !over.includes(reply))) return 'a ducking did not end'
  const heard = talk.of('reply-ended').map(({ heard, said }) => [heard.text, said] as const)
  if (heard.some(([text, said]) => !said.startsWith(text))) return 'what was heard was not said'
  return undefined
}

async function faults(depth: number, alphabet: readonly string[], options: SimConversationOptions) {
  const found: string[] = []
  for (const given of sequences(depth, alphabet)) {
    const fault = broken(await live(given, options))
    if (fault !== undefined) found.push(`${fault}: ${given.join(' → ')}`)
  }
  return found.slice(0, 3)
}

describe('every short conversation rests, and leaves nothing behind,', { timeout: 120_000 }, () => {
  it('of three acts, on an edge that lowers', async () => {
    expect(await faults(3, Object.keys(acts), { caller: lowers, answer: () => answer })).toEqual([])
  })

  it('of three acts that touch what is played, on an edge that rewinds', async () => {
    const touching = ['cough', 'speech', 'interrupt', 'drop']
    expect(await faults(3, touching, { caller: rewinds, answer: () => answer })).toEqual([])
  })

  for (const [engine, reply] of Object.entries(engines)) {
    it(`of two acts, with an engine that ${engine}`, async () => {
      expect(await faults(2, Object.keys(acts), { caller: lowers, answer: reply })).toEqual([])
    })
  }

  it('of five sounds, coughs and silences', async () => {
    const caller = { ...lowers, ...rewinds }
    expect(await faults(5, ['cough', 'speech', 'wait'], { caller, answer: () => answer })).toEqual([])
  })
})

import { loadResampling } from '@parley/audio'
import { SimConversation, type SimConversationOptions } from '@parley/sim'
import { afterEach, describe, expect, it } from 'vitest'
import { createLiveEngine } from './live-engine.js'
import type { LiveEngineOptions } from './live-options.js'
import { type FakeModel, fakeModel, fakeReasoner, RATE } from './live-rig.test-kit.js'

/** Answers are not prepared early: the model speaks when it wants to. */
const policy = { speculation: { perTurn: 0, wastedMsPerMinute: 0 } }

let talk: SimConversation
let model: FakeModel
afterEach(() => talk.session.end('hang-up'))

async function start(
  engine: Partial<LiveEngineOptions> = {},
  options: SimConversationOptions = {},
): Promise<void> {
  const resampling = await loadResampling()
  model = fakeModel()
  talk = await SimConversation.start({
    policy,
    around: () => createLiveEngine({ models: [model], instructions: '', resampling, ...engine }),
    ...options,
  })
}

/** The model says this, a word every 100 ms, from `afterMs` on. */
function says(text: string, afterMs = 0): { stop(): void } {
  const words = text.split(' ')
  let isStopped = false
  for (const [at, word] of words.entries())
    talk.clock.after(afterMs + at * 100, () => {
      if (isStopped) return
      const startMs = talk.clock.now() - model.last.openedAtMs
      model.last.emit({ kind: 'said', text: ` ${word}`, startMs, endMs: startMs + 100 })
      model.last.emit({ kind: 'audio', samples: new Int16Array(RATE / 10).fill(3_000) })
    })
  return {
    stop() {
      isStopped = true
    },
  }
}

function hears(text: string): void {
  const endMs = model.last.heardMs
  model.last.emit({ kind: 'heard', text: ` ${text}`, startMs: Math.max(0, endMs - 600), endMs })
}

const endings = () =>
  talk.of('reply-ended').map(({ said, heard, interrupted }) => ({ said, heard: heard.text, interrupted }))

describe('a session with a live engine', () => {
  it('takes the model’s answer for the caller’s turn, before its own patience ends', async () => {
    await start()
    await talk.speak(800)
    hears('is it open')
    says('it is open', 200)
    await talk.silence(2_000)
    expect(talk.of('transcript-final').map(({ text }) => text)).toEqual(['is it open'])
    expect(talk.of('turn-committed')).toHaveLength(1)
    expect(endings()).toEqual([{ said: 'it is open', heard: 'it is open', interrupted: false }])
  })

  it('lets the model speak of its own accord, and the next time again', async () => {
    await start()
    await talk.silence(500)
    says('hello there')
    await talk.silence(1_500)
    says('are you there')
    await talk.silence(1_500)
    expect(endings().map(({ said }) => said)).toEqual(['hello there', 'are you there'])
  })

  it('opens with the model’s greeting', async () => {
    await start({ greeting: 'Welcome.' }, { opens: true })
    expect(model.last.told).toEqual([{ text: 'Welcome.', id: undefined }])
    says('welcome to you', 300)
    await talk.silence(2_000)
    expect(endings()).toEqual([{ said: 'welcome to you', heard: 'welcome to you', interrupted: false }])
  })

  it('is interrupted: keeps what was heard, tells the model, and hears its next answer', async () => {
    await start()
    await talk.silence(200)
    const speech = says('one two three four five six seven eight nine ten eleven twelve thirteen fourteen')
    await talk.silence(700)
    await talk.speak(500)
    speech.stop()
    hears('stop')
    await talk.silence(500)
    says('of course')
    await talk.silence(2_000)
    const [first, second] = endings()
    expect(first).toMatchObject({ interrupted: true })
    expect(first?.said.startsWith(first.heard)).toBe(true)
    expect(first?.heard).not.toContain('twelve')
    expect(second).toEqual({ said: 'of course', heard: 'of course', interrupted: false })
    expect(model.last.thought[0]?.text).toContain(JSON.stringify(first?.heard))
  })

  it('has the decision of a reasoner in the ledger of the reply that speaks it', async () => {
    const reasoner = fakeReasoner()
    await start({ reasoner })
    await talk.speak(800)
    hears('may I have a refund')
    model.last.emit({ kind: 'delegation', id: 'd1', atMs: 0 })
    says('let me see', 100)
    await talk.silence(1_500)
    reasoner.answer('Granted.')
    says('it is granted', 200)
    await talk.silence(2_000)
    const decided = talk.of('reply-ended').map(({ decision }) => decision?.by)
    expect(decided).toEqual([undefined, 'wise'])
    expect(reasoner.asked[0]?.question.text).toBe('may I have a refund')
  })

  it('asks the model to answer what was typed', async () => {
    await start()
    await talk.silence(100)
    talk.caller.type('what is the time')
    await talk.silence(100)
    expect(model.last.thought.at(-1)?.text).toBe('The caller typed: "what is the time"')
    says('it is noon')
    await talk.silence(1_500)
    expect(endings().map(({ said }) => said)).toEqual(['it is noon'])
  })

  it('begins another session with what was said and heard', async () => {
    await start()
    await talk.speak(600)
    hears('good day')
    says('good day to you', 100)
    await talk.silence(2_000)
    const before = model.ends.length
    model.last.emit({ kind: 'ready', expiresAtMs: talk.clock.now() + 10_000 })
    await talk.silence(5_200)
    expect(model.ends.length).toBe(before + 1)
    expect(model.last.options.memory).toEqual([
      { role: 'user', text: 'good day' },
      { role: 'assistant', text: 'good day to you' },
    ])
  })
})

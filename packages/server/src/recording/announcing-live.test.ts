import { loadResampling } from '@parley/audio'
import { ParleyError, type TextToSpeech } from '@parley/core'
import { createLiveEngine } from '@parley/engines'
import { SimConversation } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { fakeModel, RATE } from '../../../engines/dist/live/live-rig.test-kit.js'
import { createAnnouncing } from './announcing-engine.js'

const resampling = await loadResampling()
const LOUD = 3_000

/** Two seconds for each sentence, all at once as embedded voices give it; `fails` counts down. */
function lineVoice() {
  const state = { fails: 0, spoken: [] as string[] }
  const voice: TextToSpeech = {
    name: 'line',
    sampleRate: 16_000,
    languages: ['*'],
    async *speak({ text }) {
      if (state.fails-- > 0) throw new ParleyError('voice_failed', 'no sound')
      state.spoken.push(text)
      yield { kind: 'audio', samples: new Int16Array(32_000).fill(LOUD) }
    },
    close: async () => {},
  }
  return { voice, state }
}

async function talk(mode: 'announced' | 'consent', { opens = true, fails = 0 } = {}) {
  const notes: string[] = []
  const { voice, state } = lineVoice()
  state.fails = fails
  const model = fakeModel()
  const announcing = createAnnouncing({
    plan: { mode, text: 'May this call be recorded?', granted: 'Thank you.', refused: 'It is not recorded.' },
    ...{ language: 'en', wasTold: false, bargeIn: 'any' },
    announced: () => notes.push('announced'),
    unheard: () => void notes.push('unheard'),
    answered: answer => notes.push(answer),
    wordless: () => notes.push('wordless'),
    unsayable: () => notes.push('unsayable'),
  })
  const sim = await SimConversation.start({
    opens,
    policy: { speculation: { perTurn: 0, wastedMsPerMinute: 0 } },
    around: () =>
      announcing.wrap(
        createLiveEngine({
          ...{ models: [model], instructions: '', greeting: 'Welcome.', resampling },
          lineVoice: () => voice,
        }),
      ),
    taps: [{ name: 'test', event: event => announcing.event(event) }],
  })
  return {
    ...{ sim, model, notes, state },
    said: () => sim.of('reply-ended').map(({ heard }) => heard.text),
    thought: () => model.last.thought.map(({ text }) => text),
    /** The model says this, a word every 100 ms, from now on. */
    says(text: string) {
      for (const [at, word] of text.split(' ').entries())
        sim.clock.after(at * 100, () => {
          const startMs = sim.clock.now() - model.last.openedAtMs
          model.last.emit({ kind: 'said', text: ` ${word}`, startMs, endMs: startMs + 100 })
          model.last.emit({ kind: 'audio', samples: new Int16Array(RATE / 10).fill(LOUD) })
        })
    },
    /** The caller says this, and the model writes it down; or does not. */
    async caller(text: string | undefined, ms = 600) {
      await sim.speak(ms)
      if (text === undefined) return
      const endMs = model.last.heardMs
      model.last.emit({ kind: 'heard', text: ` ${text}`, startMs: endMs - ms, endMs })
    },
  }
}

describe('a live agent that announces the recording', () => {
  it('has the line say it, and asks its model for the greeting when that is nearly over', async () => {
    const { sim, model, notes, said, says, thought } = await talk('announced')
    await sim.silence(600)
    expect([notes, model.last.told]).toEqual([['announced'], []])
    expect(thought()).toEqual([expect.stringContaining('"May this call be recorded?" You did not say it.')])
    await sim.silence(600)
    expect(model.last.told).toEqual([{ text: 'Welcome.', id: undefined }])
    says('welcome to you')
    await sim.silence(3_000)
    expect([said(), notes]).toEqual([['May this call be recorded? welcome to you'], ['announced']])
    await sim.session.end('hang-up')
  })

  it('lets what its model says by itself meanwhile wait, and loses none of it', async () => {
    const { sim, state, said, says } = await talk('announced', { opens: false })
    await sim.silence(300)
    says('good day this is the clinic')
    await sim.silence(1_500)
    says('how can I help')
    await sim.silence(5_000)
    expect(said()).toEqual(['May this call be recorded? good day this is the clinic', 'how can I help'])
    expect(state.spoken).toHaveLength(1)
    await sim.session.end('hang-up')
  })

  it('is not recorded while that could not be said, answers all the same, and says it with the next reply', async () => {
    const { sim, notes, said, says } = await talk('announced', { fails: 1 })
    await sim.silence(300)
    says('welcome to you')
    await sim.silence(2_000)
    expect([said(), notes]).toEqual([['welcome to you'], ['announced', 'unheard']])
    await sim.speak(600)
    says('of course')
    await sim.silence(5_000)
    expect([said()[1], notes[2]]).toEqual(['May this call be recorded? of course', 'announced'])
    await sim.session.end('hang-up')
  })

  it('begins another session with what its model said, and with what the line did as a note', async () => {
    const { sim, model, says } = await talk('announced')
    await sim.silence(1_200)
    says('welcome to you')
    await sim.silence(3_000)
    model.last.emit({ kind: 'ready', expiresAtMs: sim.clock.now() + 10_000 })
    await sim.silence(5_200)
    expect(model.last.options.memory).toEqual([
      { role: 'system', text: expect.stringContaining('"May this call be recorded?"') },
      { role: 'assistant', text: 'welcome to you' },
    ])
    await sim.session.end('hang-up')
  })
})

describe('a live agent that asks for consent', () => {
  async function asked() {
    const held = await talk('consent')
    const { sim, says } = held
    await sim.silence(300)
    says('welcome to you')
    await sim.silence(4_500)
    expect(held.said()).toEqual(['welcome to you May this call be recorded?'])
    return held
  }

  it.each([
    ['yes please', 'yes', 'Thank you.'],
    ['no', 'no', 'It is not recorded.'],
  ])('takes “%s” for %s, and its model speaks behind the line', async (text, answer, reply) => {
    const { sim, caller, says, said, notes } = await asked()
    await caller(text)
    says('how can I help')
    await sim.silence(5_000)
    expect([said().slice(1), notes]).toEqual([[reply, 'how can I help'], [answer]])
    await sim.session.end('hang-up')
  })

  it('does not take its model’s own words for the answer', async () => {
    const { sim, caller, says, said, notes } = await asked()
    says('are you there')
    await sim.silence(2_000)
    await caller('yes')
    says('how nice')
    await sim.silence(5_000)
    expect([said().slice(1, 3), notes]).toEqual([['are you there', 'Thank you.'], ['yes']])
    await sim.session.end('hang-up')
  })

  it('takes nothing for a yes where no words are written down, and says so', async () => {
    const { sim, caller, says, said, notes } = await asked()
    await caller(undefined)
    says('very good')
    await sim.silence(5_000)
    expect([said().slice(1), notes]).toEqual([['very good'], ['wordless']])
    await sim.session.end('hang-up')
  })

  it('asks again where the caller talked over the question, and tells its model only what it said itself', async () => {
    const { sim, says, said, notes, caller, thought } = await talk('consent')
    await sim.silence(300)
    says('welcome to you')
    await sim.silence(1_300)
    await caller('what are your prices')
    says('ten a month')
    await sim.silence(6_000)
    expect(said()[0]).toMatch(/^welcome to you May/)
    expect(said()[1]).toBe('ten a month May this call be recorded?')
    expect(thought().filter(text => text.includes('interrupted'))).toEqual([])
    expect(notes).toEqual([])
    await sim.session.end('hang-up')
  })
})

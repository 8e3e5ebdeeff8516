import type { ServerMessage } from '@parley/protocol'
import { describe, expect, it } from 'vitest'
import { live, sent, setUp } from '../testing/live-voice.js'
import type { VoiceOptions } from '../voice/voice-page-types.js'

const asked = { state: 'waiting', consent: 'asked' } as const
const granted = { state: 'recording', consent: 'granted' } as const
const refused = { state: 'off', consent: 'refused' } as const
type Notice = Omit<Extract<ServerMessage, { type: 'recording' }>, 'type'>

async function recorded(options: Partial<VoiceOptions> = {}) {
  const all = await live(options)
  const news: Notice[] = []
  all.voice.on('recording', notice => news.push(notice))
  const told = (notice: Notice) => all.socket().say({ type: 'recording', ...notice })
  const said = () => sent(all.socket(), 'consent').map(each => 'granted' in each && each.granted)
  const hello = () => sent(all.socket(), 'hello')[0]
  return { ...all, news, told, said, hello }
}

describe('a voice that is recorded', () => {
  it('shows how it stands, and says so when that changes', async () => {
    const { voice, news, told, said } = await recorded()
    expect(voice.snapshot().recording).toEqual({ state: 'off' })
    told(asked)
    voice.consent(true)
    told(granted)
    expect([voice.snapshot().recording, voice.client.recording]).toEqual([granted, granted])
    expect([said(), news]).toEqual([[true], [asked, granted]])
    voice.stop()
    expect(voice.snapshot().recording).toEqual({ state: 'off', consent: 'granted' })
    void voice.start()
    expect(voice.snapshot().recording).toEqual({ state: 'off' })
  })

  it('says again what nobody is known to have heard, and no more than that', async () => {
    const { voice, page, told, said, socket, greet } = await recorded()
    told(asked)
    voice.consent(false)
    socket().die(1006)
    voice.consent(false)
    await page.pass(1_000)
    await greet({ resumed: true })
    // What comes behind `ready` is no answer yet.
    told(asked)
    expect(said()).toEqual([false])
    socket().die(1006)
    await page.pass(1_000)
    await greet({ resumed: true })
    told(refused)
    socket().die(1006)
    await page.pass(1_000)
    await greet({ resumed: true })
    expect(said()).toEqual([])
  })

  it('tells in its hello what the person said before, and what they said last to one that is begun anew', async () => {
    const { voice, page, told, hello, socket, greet } = await recorded({ consent: true })
    expect(hello()).toMatchObject({ consent: true })
    told(granted)
    // Spoken, or by another device.
    told(refused)
    socket().die(1006)
    await page.pass(1_000)
    socket().accept()
    expect(hello()).toMatchObject({ resume: 'tok_1' })
    expect(hello()).not.toHaveProperty('consent')
    socket().say({ type: 'error', code: 'resume_failed', message: '', fatal: true })
    await page.pass(1_000)
    await greet({ session: 'ses_2' })
    expect(hello()).toMatchObject({ consent: false })
    voice.stop()
    void voice.start()
    await greet({ session: 'ses_3' })
    expect(hello()).toMatchObject({ consent: true })
  })

  it('says nothing where it only listens, and nothing before and after', async () => {
    const { voice, greet } = setUp({ join: { session: 'ses_1', as: 'listener' }, consent: true })
    expect(() => voice.consent(true)).toThrow(expect.objectContaining({ code: 'not-allowed' }))
    void voice.start()
    await greet({ role: 'listener', resumeToken: '' })
    expect(() => voice.consent(false)).toThrow(expect.objectContaining({ code: 'not-allowed' }))
    voice.stop()
    const idle = setUp()
    expect(() => idle.voice.consent(true)).toThrow(expect.objectContaining({ code: 'not-connected' }))
  })
})

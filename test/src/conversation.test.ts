import { measureLevel } from '@parley/audio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recording } from './support/human-speech.js'
import { type ParleyProcess, startParley } from './support/parley-process.js'
import { VoiceCaller } from './support/voice-caller.js'

/** A reply was heard to its end, or cut. */
const over = (reply: string) => (message: { reply: string }) => message.reply === reply

async function greeted(url: string, hello: Record<string, unknown> = {}): Promise<VoiceCaller> {
  const caller = await VoiceCaller.call(url, hello)
  const { reply } = await caller.next('reply-started')
  await caller.next('reply-ended', over(reply))
  return caller
}

describe('a caller with a human voice', { timeout: 60_000 }, () => {
  let gateway: ParleyProcess
  beforeAll(async () => {
    gateway = await startParley()
  })
  afterAll(async () => {
    expect(await gateway.stop()).toBe(0)
  })

  it('is greeted, understood, answered in sound, and finds the conversation stored', async () => {
    const caller = await greeted(gateway.url)
    const { samples } = await recording('en-info-about-last-call')
    const from = caller.messages.length
    await caller.speak(samples, 1_500)
    const heard = await caller.next('transcript-final', () => true, from)
    const { reply, turn } = await caller.next('reply-started', () => true, from)
    const ended = await caller.next('reply-ended', over(reply), from)
    expect(heard.text).toBe('information about your last call')
    expect(ended).toMatchObject({ turn, interrupted: false, heard: { complete: true, source: 'reported' } })
    expect(ended.said.length).toBeGreaterThan(10)

    const sound = Int16Array.from((caller.audio.get(reply) ?? []).flatMap(part => [...part]))
    expect(sound.length / 16).toBeGreaterThan(800)
    expect(measureLevel(sound).rmsDbfs).toBeGreaterThan(-40)
    await caller.hangUp()

    const id = caller.of('ready')[0]?.session
    const stored = await (await fetch(`${gateway.url}/api/sessions/${id}`)).json()
    expect(JSON.stringify(stored)).toContain('information about your last call')
    expect(JSON.stringify(stored)).toContain(ended.heard.text)
  })

  it('gets a ledger for each answer whose stages add up', async () => {
    const caller = await greeted(gateway.url)
    const from = caller.messages.length
    await caller.speak((await recording('en-hello')).samples, 1_500)
    const { ledger } = await caller.next('ledger', () => true, from)
    const sum = ledger.stages.reduce((total, { durationMs }) => total + durationMs, 0)
    expect(Math.abs(sum - ledger.totalMs)).toBeLessThanOrEqual(0.02 * ledger.totalMs)
    expect(ledger.stages.map(({ stage }) => stage)).toEqual(
      expect.arrayContaining([
        'endpoint',
        'final-text',
        'first-token',
        'first-voice',
        'first-sent',
        'first-heard',
      ]),
    )
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
    expect(metrics).toMatch(/parley_turn_seconds_count [1-9]/)
    await caller.hangUp()
  })

  it('takes the floor by speaking over the agent, whose history ends with the last whole word heard', async () => {
    const caller = await VoiceCaller.call(gateway.url)
    const { reply } = await caller.next('audio-begin')
    const { samples } = await recording('en-something-terribly-wrong')
    await caller.speak(new Int16Array(8_000))
    await caller.speak(samples, 1_000)
    const ended = await caller.next('reply-ended', over(reply))
    expect(ended.interrupted).toBe(true)
    expect(ended.said.startsWith(ended.heard.text)).toBe(true)
    expect(ended.heard.text.length).toBeLessThan(ended.said.length)
    const cleared = caller.messages.findIndex(({ type }) => type === 'clear')
    expect(cleared).toBeGreaterThan(0)
    await caller.hangUp()
  })

  // None of them waits for words to be recognised, so they may as well wait together.
  describe.concurrent('who is not alone', () => {
    it('is not answered for a cough or a click', async () => {
      const caller = await greeted(gateway.url)
      const from = caller.messages.length
      for (const trap of ['cough-default', 'gen-click'])
        await caller.speak((await recording(trap)).samples, 1_500)
      expect(caller.messages.slice(from).filter(({ type }) => type === 'transcript-final')).toEqual([])
      expect(caller.messages.slice(from).filter(({ type }) => type === 'audio-begin')).toEqual([])
      await caller.hangUp()
    })

    it('is called by name in Spanish when typing, and hears a Spanish voice', async () => {
      const caller = await greeted(gateway.url, { language: 'es' })
      expect(caller.of('ready')[0]).toMatchObject({ language: 'es', recogniser: null })
      const from = caller.messages.length
      caller.send({ type: 'text', text: 'Hola, ¿cuál es el horario?' })
      const { reply } = await caller.next('reply-started', () => true, from)
      const ended = await caller.next('reply-ended', over(reply), from)
      expect(ended.said).toMatch(/abri|horario|hora/i)
      expect(caller.audio.get(reply)?.length).toBeGreaterThan(10)
      await caller.hangUp()
    })

    it('comes back after the line broke and hears the rest of the answer', async () => {
      const caller = await VoiceCaller.call(gateway.url)
      const { resumeToken, session } = await caller.next('ready')
      const { reply } = await caller.next('audio-begin')
      await caller.speak(new Int16Array(16_000))
      caller.drop()
      const again = await VoiceCaller.call(gateway.url, { resume: resumeToken })
      expect(again.of('ready')[0]).toMatchObject({ session, resumed: true })
      const begin = await again.next('audio-begin')
      expect(begin.reply).toBe(reply)
      expect(begin.fromMs).toBeGreaterThan(200)
      const ended = await again.next('reply-ended', over(reply))
      expect(ended).toMatchObject({ interrupted: false, heard: { complete: true } })
      await again.hangUp()
    })
  })
})

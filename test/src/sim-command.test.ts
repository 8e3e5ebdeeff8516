/** `parley sim` and a gateway that is led there by the lines it prints, with the agent that ships. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { terseAgent, writeAgent } from './support/agent-file.js'
import { recording } from './support/human-speech.js'
import {
  type ParleyProcess,
  parley,
  root,
  type StartingParley,
  spawnParley,
  startParley,
} from './support/parley-process.js'
import { VoiceCaller } from './support/voice-caller.js'

/** What the command printed. */
function variablesOf(sims: StartingParley): Record<string, string> {
  const document = JSON.parse(/\{[\s\S]*\n\}/.exec(sims.output())?.[0] ?? '{}')
  return document.variables
}

/** The shipped agent, for a machine on which tests run side by side. */
function patientConcierge(): string {
  return readFileSync(join(root, 'agents/concierge.en.yaml'), 'utf8')
    .replace('endpointingMs: false', 'endpointingMs: false, finishTimeoutMs: 30000')
    .replace('failover: {', 'failover: { finalTextMs: 30000,')
}

describe('vendors simulated by the command', { timeout: 60_000 }, () => {
  let sims: StartingParley
  let gateway: ParleyProcess

  beforeAll(async () => {
    sims = spawnParley({ command: ['sim', '--port', '0', '--json'] })
    await sims.printed(/\{[\s\S]*\n\}/)
    const variables = variablesOf(sims)
    gateway = await startParley({
      env: { ...variables, PARLEY_AGENT: writeAgent(patientConcierge()) },
    })
  })
  afterAll(async () => {
    expect(await gateway.stop()).toBe(0)
    sims.child.kill('SIGINT')
    expect(await sims.exited).toBe(0)
    expect(sims.output()).not.toMatch(/^\w[\w-]*: /m)
  })

  it('greet, hear a human voice, think by the script and answer aloud', async () => {
    const caller = await VoiceCaller.call(gateway.url)
    const { reply: opening } = await caller.next('reply-started')
    const greeting = await caller.next('reply-ended', message => message.reply === opening)
    expect(greeting.said).toMatch(/^Harbor House/)
    const from = caller.messages.length
    await caller.speak((await recording('en-info-about-last-call')).samples, 2_000)
    const heard = await caller.next('transcript-final', () => true, from)
    expect(heard.text).toMatch(/last call/)
    const { reply } = await caller.next('reply-started', () => true, from)
    const ended = await caller.next('reply-ended', message => message.reply === reply, from)
    expect(ended.said).toMatch(/last call/)
    expect((caller.audio.get(reply) ?? []).length).toBeGreaterThan(10)
    await caller.hangUp()
  })

  it('lend a script their voice, and what it always says is said from memory the second time', async () => {
    const script = `${terseAgent}llm: scripted\ntts: [{ provider: cartesia, model: m, voice: v }, embedded]\n`
    const own = await startParley({ env: { ...variablesOf(sims), PARLEY_AGENT: writeAgent(script) } })
    for (let time = 0; time < 2; time++) {
      const caller = await VoiceCaller.call(own.url)
      expect(caller.of('ready')[0]?.voice).toBe('cartesia, flite')
      const { reply } = await caller.next('audio-begin')
      await caller.next('reply-ended', message => message.reply === reply)
      await caller.hangUp()
    }
    const metrics = await (await fetch(`${own.url}/metrics`)).text()
    expect(metrics).toMatch(/parley_speech_clauses_total\{source="voice"\} 1\n/)
    expect(metrics).toMatch(/parley_speech_clauses_total\{source="memory"\} 1\n/)
    expect(await own.stop()).toBe(0)
  })

  it('tell the doctor that they answer', async () => {
    const { out } = await parley(['doctor', '--json'], variablesOf(sims))
    const { findings } = JSON.parse(out) as { findings: { name: string; level: string; says: string }[] }
    const vendors = findings.filter(({ name }) =>
      ['deepgram', 'openai', 'anthropic', 'cartesia'].includes(name),
    )
    expect(vendors.map(({ level, says }) => `${level} ${says}`)).toEqual(Array(4).fill('ok answers'))
  })

  it('are refused by a name or a fault that is none', async () => {
    const stranger = await parley(['sim', 'deepgrm'])
    expect(stranger).toMatchObject({
      code: 2,
      err: expect.stringMatching(/no simulated "deepgrm"; there are deepgram/),
    })
    const fault = await parley(['sim', '--port', '0', '--fault', 'explode'])
    expect(fault).toMatchObject({
      code: 2,
      err: expect.stringMatching(/there is no fault "explode"; there are refuse/),
    })
  })
})

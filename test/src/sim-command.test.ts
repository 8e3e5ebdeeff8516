/** `parley sim` and a gateway that is led there by the lines it prints, with the agent that ships. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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

describe('vendors simulated by the command', { timeout: 60_000 }, () => {
  let sims: StartingParley
  let gateway: ParleyProcess

  beforeAll(async () => {
    sims = spawnParley({ command: ['sim', '--port', '0', '--json'] })
    const [text] = await sims.printed(/\{[\s\S]*\n\}/)
    const { variables } = JSON.parse(text) as { variables: Record<string, string> }
    gateway = await startParley({
      env: { ...variables, PARLEY_AGENT: join(root, 'agents/concierge.en.yaml') },
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

  it('tell the doctor that they answer', async () => {
    const { variables } = JSON.parse(/\{[\s\S]*\n\}/.exec(sims.output())?.[0] ?? '{}') as {
      variables: Record<string, string>
    }
    const { out } = await parley(['doctor', '--json'], variables)
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

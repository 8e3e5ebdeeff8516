import { loadResampling } from '@parley/audio'
import { connectPhone, type SimPhone } from '@parley/sim'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recording } from './support/human-speech.js'
import { type ParleyProcess, parley, startParley } from './support/parley-process.js'

const secret = 'a secret of the phone test, forty letters'

/** A recording of a person as a phone line carries it. */
async function onThePhone(id: string): Promise<Int16Array> {
  const { samples } = await recording(id)
  const resampler = (await loadResampling()).create({ fromRate: 16_000, toRate: 8_000 })
  const narrow = Int16Array.from([...resampler.process(samples).slice(), ...resampler.flush()])
  resampler.close()
  return narrow
}

describe('a caller on the phone', { timeout: 60_000 }, () => {
  let gateway: ParleyProcess
  let token: string
  beforeAll(async () => {
    gateway = await startParley({ env: { JWT_SECRET: secret, PARLEY_AUTH_REQUIRED: 'true' } })
    const { out } = await parley(['token', 'create', '--tenant', 'acme'], { JWT_SECRET: secret })
    token = out.trim()
  })
  afterAll(async () => {
    expect(await gateway.stop()).toBe(0)
  })

  const call = (customParameters: Readonly<Record<string, string>>) =>
    connectPhone({ url: `${gateway.url.replace('http', 'ws')}/v1/phone`, customParameters })

  /** The newest session of this caller, as the store has it. */
  async function stored() {
    const headers = { authorization: `Bearer ${token}` }
    const get = async (path: string) =>
      (await fetch(`${gateway.url}/api/sessions${path}`, { headers })).json()
    const { sessions } = await get('')
    return get(`/${sessions[0].id}`)
  }

  /** Resolves once the ear has heard sound, and then none for `quietMs`. */
  function heardOut(phone: SimPhone, from: number, quietMs = 1_000): Promise<void> {
    return new Promise(resolve => {
      const look = setInterval(() => {
        const since = phone.heard.slice(from)
        const last = since.findLastIndex(({ soundSamples }) => soundSamples > 0)
        if (phone.closed === undefined && (last < 0 || (since.length - last) * 20 < quietMs)) return
        clearInterval(look)
        resolve()
      }, 20)
    })
  }

  it('is greeted, understood, answered in sound, and finds the conversation stored', async () => {
    const phone = await call({ token })
    await heardOut(phone, 0)
    const from = phone.heard.length
    await phone.say(await onThePhone('en-info-about-last-call'))
    await heardOut(phone, from)
    const answer = phone.heard.slice(from).filter(({ soundSamples }) => soundSamples > 0)
    expect(answer.length * 20).toBeGreaterThan(800)
    expect(Math.max(...answer.map(({ rmsDbfs }) => rmsDbfs))).toBeGreaterThan(-30)
    phone.hangUp()
    expect(await phone.ended()).toMatchObject({ code: 1000 })

    const session = await stored()
    expect(session).toMatchObject({ edge: 'phone', tenant: 'acme' })
    expect(JSON.stringify(session)).toContain('information about your last call')
    expect(session.turns.length).toBeGreaterThanOrEqual(2)
  })

  it('takes the floor by speaking, and what is stored of the answer is what the ear heard', async () => {
    const phone = await call({ token })
    while (phone.sound().length < 8_000 * 1.2) await new Promise(resolve => setTimeout(resolve, 20))
    await phone.say(await onThePhone('en-something-terribly-wrong'))
    const cut = phone.clears.at(-1)
    expect(cut?.bytes).toBeGreaterThan(0)
    phone.hangUp()
    await phone.ended()

    const ended = (await stored()).turns[0].replies[0].ended
    const earMs = phone.heard
      .filter(({ atMs }) => atMs <= (cut?.atMs ?? 0))
      .reduce((sum, { soundSamples }) => sum + soundSamples / 8, 0)
    expect(ended).toMatchObject({ interrupted: true, heardComplete: false, heardSource: 'reported' })
    // Two frames of the line, and what a busy machine shakes.
    expect(Math.abs(ended.heardMs - earMs)).toBeLessThanOrEqual(100)
    expect(ended.said.startsWith(ended.heardText)).toBe(true)
  })

  it.each<[string, Record<string, string>]>([
    ['without a token', {}],
    ['with a token of another secret', { token: 'eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl' }],
  ])('%s is refused', async (_, parameters) => {
    const phone = await call(parameters)
    expect(await phone.ended()).toMatchObject({
      code: 1008,
      reason: expect.stringMatching(/^unauthenticated/),
    })
  })
})

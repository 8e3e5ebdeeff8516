import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noSteering, systemClock } from '@parley/core'
import { connectPhone } from '@parley/sim'
import type { PhoneHost, PhoneOpenRequest } from '@parley/transports'
import { afterEach, describe, expect, it } from 'vitest'
import { type Rig, startRig } from '../testing/gateway-rig.js'
import { attachPhone } from './attach-phone.js'

let rig: Rig | undefined
afterEach(async () => {
  await rig?.stop()
  rig = undefined
})

/** A gateway with the phone edge and a console page, whose sessions only listen. */
async function start() {
  const opened: PhoneOpenRequest[] = []
  const heard = new Map<string, number>()
  let onHeard = () => {}
  const desk: PhoneHost = {
    async open(request) {
      opened.push(request)
      const name = request.phone.callSid ?? ''
      request.transport.open({
        steering: noSteering,
        audio({ samples }) {
          if (samples.every(sample => sample !== 0)) heard.set(name, samples[0] ?? 0)
          onHeard()
        },
        interrupt: () => undefined,
        commit() {},
        text() {},
        dtmf() {},
        played() {},
        closed: () => request.transport.close('client'),
      })
      const facts = { agent: 'a', language: 'en', recogniser: null, voice: null }
      return { session: `ses_${opened.length}`, resumeToken: 't', resumed: false, ...facts }
    },
  }
  const folder = mkdtempSync(join(tmpdir(), 'parley-page-'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>console</title>')
  rig = await startRig({
    consoleFolder: folder,
    edge: ({ door, log }) => {
      attachPhone({ door, desk, clock: systemClock, log })
      return async () => {}
    },
  })
  const { url } = rig
  return {
    url,
    opened,
    heard,
    until: (holds: () => boolean) =>
      new Promise<void>(resolve => {
        onHeard = () => holds() && resolve()
        onHeard()
      }),
  }
}

describe('the phone edge', () => {
  it('takes several calls at once on its path and on the root, each with a session of its own', async () => {
    const { url, opened, heard, until } = await start()
    const paths = ['/', '/v1/phone', '/', '/?from=carrier']
    const phones = await Promise.all(
      paths.map((path, at) => connectPhone({ url: url.replace('http', 'ws') + path, callSid: `CA${at}` })),
    )
    // Levels that µ-law leaves alone.
    const levels = [4_092, -4_092, 8_316, -8_316]
    for (const [at, phone] of phones.entries()) void phone.say(new Int16Array(320).fill(levels[at] ?? 0))
    await until(() => heard.size === 4)
    expect([...heard].sort()).toEqual(levels.map((level, at) => [`CA${at}`, level]))
    expect(new Set(opened.map(({ phone }) => phone.streamSid)).size).toBe(4)
    phones[0]?.hangUp()
    expect(await phones[0]?.ended()).toMatchObject({ code: 1000 })
    expect(phones.slice(1).map(({ closed }) => closed)).toEqual([undefined, undefined, undefined])
    for (const phone of phones) phone.hangUp()
    await Promise.all(phones.map(phone => phone.ended()))
  })

  it('leaves the root to the console for whoever asks for a page, also while a call is on', async () => {
    const { url, opened, until } = await start()
    const phone = await connectPhone({ url: url.replace('http', 'ws') })
    await until(() => opened.length === 1)
    const page = await fetch(url)
    expect([page.status, await page.text()]).toEqual([200, '<!doctype html><title>console</title>'])
    expect((await fetch(`${url}/v1/phone`)).status).toBe(426)
    phone.hangUp()
    await phone.ended()
  })
})

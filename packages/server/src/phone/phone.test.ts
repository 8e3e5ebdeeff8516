import { sine } from '@parley/audio'
import { systemClock } from '@parley/core'
import type { HandsetServerMessage } from '@parley/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type EmulatorRig, gatewayNumber, startEmulator } from './emulator.test-kit.js'
import { connectHandset } from './handset-wire.js'
import { type PhoneOptions, runPhone } from './phone.js'

let rig: EmulatorRig
beforeAll(async () => {
  rig = await startEmulator()
})
afterAll(() => rig.close())

/** A handset whose messages can be waited for. */
async function handset(number: string) {
  const messages: HandsetServerMessage[] = []
  const waiting = new Set<() => void>()
  let heard = 0
  let closed: { code: number; reason: string } | undefined
  const look = () => {
    for (const each of [...waiting]) each()
  }
  const wire = await connectHandset({
    url: rig.url,
    onMessage: message => {
      messages.push(message)
      look()
    },
    onAudio: samples => {
      if (samples.some(sample => Math.abs(sample) > 1_000)) heard += samples.length
      look()
    },
    onClose: (code, reason) => {
      closed = { code, reason }
      look()
    },
  })
  const until = (isSo: () => boolean) =>
    new Promise<void>(resolve => {
      const each = () => {
        if (!isSo()) return
        waiting.delete(each)
        resolve()
      }
      waiting.add(each)
      each()
    })
  const got = (type: HandsetServerMessage['type']) => messages.filter(message => message.type === type)
  wire.send({ type: 'hello', version: 1, number })
  return {
    wire,
    messages,
    got,
    until,
    comes: (type: HandsetServerMessage['type']) => until(() => got(type).length > 0),
    heard: () => heard,
    closed: () => closed,
  }
}

describe('a handset', () => {
  it('dials the gateway, hears it, and sees its marks, clears and buffer', async () => {
    const phone = await handset('+15550001001')
    await phone.comes('ready')
    phone.wire.send({ type: 'dial', to: gatewayNumber })
    await phone.until(() => phone.got('mark').length > 0)
    expect(phone.messages.map(({ type }) => type).filter(type => type !== 'line')).toEqual([
      'ready',
      'dialling',
      'connected',
      'stream',
      'mark',
    ])
    phone.wire.send({ type: 'key', digit: '9' })
    await phone.comes('clear')
    expect(phone.got('clear')).toMatchObject([{ droppedMs: expect.any(Number) }])
    expect(phone.heard()).toBeGreaterThan(1_600)
    await phone.comes('line')
    phone.wire.send({ type: 'hang-up' })
    await phone.comes('over')
    expect(phone.got('over')).toMatchObject([{ status: 'completed' }])
    phone.wire.close()
  })

  it('is rung by a call that is queued, and can refuse it, or answer it', async () => {
    const phone = await handset('+15550001002')
    await phone.comes('ready')
    await rig.dial('+15550001002')
    await phone.comes('ringing')
    phone.wire.send({ type: 'refuse' })
    await phone.comes('over')
    expect(phone.got('over')).toMatchObject([{ status: 'busy' }])
    const { sid } = await rig.dial('+15550001002')
    await phone.until(() => phone.got('ringing').length === 2)
    phone.wire.send({ type: 'answer' })
    await phone.comes('connected')
    expect(phone.got('connected')).toMatchObject([{ call: sid }])
    // The gateway hangs up its stream, and the document says what then.
    await phone.comes('mark')
    for (const stream of rig.streams) stream.close(1000)
    await phone.until(() => phone.got('over').length === 2)
    expect(phone.got('over')[1]).toMatchObject({ status: 'completed' })
    phone.wire.close()
  })

  it('is busy to a second caller', async () => {
    const phone = await handset('+15550001003')
    await phone.comes('ready')
    phone.wire.send({ type: 'dial', to: gatewayNumber })
    await phone.comes('connected')
    const { sid } = await rig.dial('+15550001003')
    await rig.carrier.sim.until(() => rig.carrier.sim.calls.find(call => call.sid === sid)?.status === 'busy')
    expect(phone.got('ringing')).toEqual([])
    phone.wire.close()
  })

  it('whose number is taken, or is the gateway’s, is closed', async () => {
    const first = await handset('+15550001004')
    await first.comes('ready')
    for (const number of ['+15550001004', gatewayNumber]) {
      const second = await handset(number)
      await second.until(() => second.closed() !== undefined)
      expect(second.closed()).toMatchObject({ code: 1008 })
    }
    first.wire.close()
  })

  it('that sends what is no message is told so, and closed when it goes on', async () => {
    const socket = new WebSocket(rig.url)
    const codes: string[] = []
    socket.on('message', data => codes.push((JSON.parse(String(data)) as { code: string }).code))
    socket.on('open', () => {
      for (let time = 0; time < 9; time++) socket.send('{"type":')
      socket.send(new Uint8Array(3))
    })
    const code = await new Promise(resolve => socket.on('close', resolve))
    expect(code).toBe(1008)
    expect(new Set(codes)).toEqual(new Set(['bad_message']))
  })
})

describe('parley phone', () => {
  const options = (more: Partial<PhoneOptions>): PhoneOptions => ({
    url: rig.url,
    clock: systemClock,
    number: '+15550002001',
    answers: true,
    once: true,
    waitMs: 10_000,
    signal: new AbortController().signal,
    ...more,
  })
  const says = sine({ rate: 8_000, durationMs: 400, hz: 600, amplitude: 0.4 })

  it('dials, speaks after the greeting, hears the answer and hangs up', async () => {
    const report = await runPhone(options({ dial: gatewayNumber, says }))
    expect(report.answered).toBe(true)
    expect(report.calls).toMatchObject([{ direction: 'out', connected: true, status: 'completed', marks: 2 }])
    expect(report.calls[0]?.heardMs).toBeGreaterThanOrEqual(480)
  })

  it('answers a call, and reports one that nobody can take', async () => {
    const waiting = runPhone(
      options({
        number: '+15550002002',
        onLine: () => void rig.dial('+15550002002'),
        onMessage: ({ type }) => {
          if (type === 'mark') for (const stream of rig.streams) stream.close(1000)
        },
      }),
    )
    expect((await waiting).calls).toMatchObject([{ direction: 'in', connected: true }])
    const nobody = await runPhone(options({ number: '+15550002003', dial: '+15559999999' }))
    expect(nobody).toMatchObject({ answered: false, calls: [{ connected: false, status: 'failed' }] })
  })

  it('says who does not answer', async () => {
    await expect(runPhone(options({ url: 'ws://127.0.0.1:9/v1/handset' }))).rejects.toMatchObject({
      code: 'timeout',
      retryable: true,
    })
  })
})

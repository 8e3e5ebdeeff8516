/** Which way a connection takes, with a gateway and a browser's WebRTC that the test plays. */
import { beforeAll, describe, expect, it } from 'vitest'
import { createVirtualPage, readyMessage } from '../testing/virtual-page.js'
import { createVirtualRtc } from '../testing/virtual-rtc.js'
import { createVoiceClient } from '../voice-client.js'
import type { VoiceClientOptions } from '../voice-types.js'
import type { TookTransport } from './webrtc-types.js'

function setUp(options: Partial<VoiceClientOptions> = {}, offerStatus = 201) {
  const page = createVirtualPage()
  const { calls, asked, surroundings } = createVirtualRtc(page.environment, offerStatus)
  const client = createVoiceClient({
    url: 'https://gateway.example',
    token: 'a.b.c',
    transport: 'auto',
    codec: 'pcm16',
    ...options,
    environment: { ...page.environment, rtc: () => surroundings },
  })
  const took: TookTransport[] = []
  client.on('transport', each => took.push(each))
  /** Modules load outside of the page's time. */
  const until = async (holds: () => boolean) => {
    for (let tries = 0; tries < 500 && !holds(); tries++) {
      await new Promise(resolve => setImmediate(resolve))
      await page.pass(0)
    }
    expect(holds()).toBe(true)
  }
  return { page, client, calls, asked, took, until }
}

// Pages load it when it is wanted; here that would be a wait for the machine.
beforeAll(() => import('./choose-socket.js'))

describe('a client that may choose', () => {
  it('calls over WebRTC, says so before it is ready, and ends it over both ways', async () => {
    const { page, client, calls, asked, took, until } = setUp()
    const ready = client.connect()
    await until(() => asked.some(({ method }) => method === 'PATCH'))
    const [rtc] = calls
    rtc?.open()
    expect(took).toMatchObject([{ took: 'webrtc', receiver: { name: 'receiver' } }])
    expect(rtc?.channel.sent[0]?.type).toBe('hello')
    rtc?.say(readyMessage())
    await ready
    expect(page.sockets).toEqual([])
    // The microphone is on the track: of bytes there is no use, nor of a codec for them.
    const sent = rtc?.channel.sent.length
    client.sendAudio(new Int16Array(320))
    expect([client.transport, rtc?.channel.sent.length]).toEqual(['webrtc', sent])
    client.close()
    expect(rtc?.channel.sent.at(-1)?.type).toBe('bye')
    await page.pass(200)
    expect(rtc?.connection.closed).toBe(true)
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/webrtc/ice',
      'POST /v1/webrtc',
      'PATCH /v1/webrtc/rtc_1',
      'DELETE /v1/webrtc/rtc_1',
    ])
    expect(asked.every(({ rights }) => rights === 'Bearer a.b.c')).toBe(true)
  })

  it('takes the WebSocket where no call came about within 2 s, and keeps to it', async () => {
    const { page, client, calls, took, until } = setUp()
    const ready = client.connect()
    await until(() => calls.length === 1)
    await page.pass(1_999)
    expect(page.sockets).toEqual([])
    await page.pass(1)
    expect([page.sockets.length, calls[0]?.connection.closed]).toEqual([1, true])
    const [socket] = page.sockets
    socket?.accept()
    expect(took).toEqual([{ took: 'websocket', why: 'no call within 2000 ms' }])
    socket?.say(readyMessage())
    await ready
    socket?.play(new Int16Array(4))
    socket?.die(1006)
    await page.pass(250)
    expect([page.sockets.length, calls.length]).toEqual([2, 1])
    expect(client.state).toBe('reconnecting')
    client.close()
  })

  it('goes on over another call where one broke', async () => {
    const { page, client, calls, until } = setUp({ transport: 'webrtc' })
    const ready = client.connect()
    await until(() => calls.length === 1)
    calls[0]?.open()
    calls[0]?.say(readyMessage())
    await ready
    calls[0]?.channel.onclose()
    expect(client.state).toBe('reconnecting')
    await page.pass(250)
    await until(() => calls.length === 2)
    calls[1]?.open()
    expect(calls[1]?.channel.sent[0]).toMatchObject({ type: 'hello', resume: 'tok_1' })
    client.close()
  })

  it('gives up a call whose way was silent for 2 s, and goes on over another; one that comes back it keeps', async () => {
    const { page, client, calls, until } = setUp({ transport: 'webrtc' })
    const ready = client.connect()
    await until(() => calls.length === 1)
    calls[0]?.open()
    calls[0]?.say(readyMessage())
    await ready
    const become = (state: string) => {
      if (calls[0] !== undefined) calls[0].connection.connectionState = state
      calls[0]?.connection.onconnectionstatechange()
    }
    become('disconnected')
    await page.pass(1_999)
    become('connected')
    await page.pass(2_000)
    expect(client.state).toBe('ready')
    become('disconnected')
    await page.pass(2_000)
    expect([client.state, calls[0]?.connection.closed]).toEqual(['reconnecting', true])
    await page.pass(250)
    await until(() => calls.length === 2)
    calls[1]?.open()
    expect(calls[1]?.channel.sent[0]).toMatchObject({ type: 'hello', resume: 'tok_1' })
    client.close()
  })

  it('fails where the gateway refuses it, without trying the other way', async () => {
    const { page, client, until } = setUp({}, 401)
    const connecting = client.connect()
    await until(() => client.state === 'failed')
    await expect(connecting).rejects.toMatchObject({ code: 'refused' })
    expect(page.sockets).toEqual([])
  })

  it('ends for good where the last word of the gateway was one', async () => {
    const { client, calls, until } = setUp()
    const ready = client.connect()
    await until(() => calls.length === 1)
    calls[0]?.open()
    calls[0]?.say(readyMessage())
    await ready
    calls[0]?.say({ type: 'session-ended', atMs: 1, reason: 'hang-up' })
    calls[0]?.channel.onclose()
    expect(client.state).toBe('closed')
  })
})

import { beforeAll, describe, expect, it } from 'vitest'
import { frames, setUp } from '../testing/live-voice.js'
import { createVirtualPage, readyMessage } from '../testing/virtual-page.js'
import { createVirtualRtc } from '../testing/virtual-rtc.js'
import type { VoiceOptions } from './voice-page-types.js'

beforeAll(() => import('../webrtc/choose-socket.js'))

async function calling(options: Partial<VoiceOptions> = {}) {
  const page = createVirtualPage()
  const rtc = createVirtualRtc(page.environment)
  const environment = { ...page.environment, rtc: () => rtc.surroundings }
  const all = setUp({ transport: 'auto', environment, ...options }, page)
  void all.voice.start()
  for (let tries = 0; tries < 500 && rtc.calls.length === 0; tries++) {
    await new Promise(resolve => setImmediate(resolve))
    await page.pass(0)
  }
  // The answer of the gateway, and the track in it.
  for (let i = 0; i < 5; i++) {
    await new Promise(resolve => setImmediate(resolve))
    await page.pass(0)
  }
  return { ...all, rtc }
}

async function inCall(options: Partial<VoiceOptions> = {}) {
  const all = await calling(options)
  const [call] = all.rtc.calls
  if (call === undefined) throw new Error('no call was made')
  call.open()
  call.say(readyMessage({ output: { codec: 'opus', sampleRate: 48_000 } }))
  await all.page.pass(0)
  return { ...all, call, callPlayer: () => all.kit.callPlayers.at(-1) }
}

describe('a voice over WebRTC', () => {
  it('has its microphone on the track and the far end’s at the loudspeaker', async () => {
    const { voice, call, callPlayer, microphone, page, kit, speaking } = await inCall()
    microphone().speak(3)
    expect(page.sockets).toEqual([])
    expect(voice.metrics().unsentMs).toBe(0)
    call.say({ type: 'audio-begin', reply: 'r1', fromMs: 0 })
    callPlayer()?.emit('playhead', { kind: 'playhead', reply: 'r1', ms: 0, atS: 0 })
    callPlayer()?.emit('played', { kind: 'played', reply: 'r1', ms: 60, final: false })
    expect(callPlayer()?.told).toEqual([['clear'], ['begin', 'r1', 0]])
    expect(call.channel.sent.at(-1)).toEqual({ type: 'played', reply: 'r1', ms: 60 })
    expect(speaking).toEqual(['user speaks', 'agent speaks'])
    expect([kit.players.length, kit.players[0]?.told]).toEqual([1, [['clear']]])
    expect(voice.snapshot().status).toBe('live')
  })

  it('falls back to the socket with nothing for the page to do', async () => {
    const { voice, page, kit, rtc, microphone, socket } = await calling()
    await page.pass(2_000)
    expect(rtc.calls[0]?.connection.closed).toBe(true)
    socket().accept()
    socket().say(readyMessage())
    await page.pass(0)
    microphone().speak(2)
    socket().say({ type: 'audio-begin', reply: 'r1', fromMs: 0 })
    socket().play(new Int16Array(480))
    expect(frames(socket())).toEqual([1, 2])
    expect([kit.callPlayers.length, kit.players[0]?.told.at(-1)]).toEqual([0, ['push']])
    expect(voice.snapshot().status).toBe('live')
  })

  it('plays by the socket once a later call does not come about', async () => {
    const { page, kit, rtc, call, callPlayer, socket, microphone } = await inCall()
    call.channel.onclose()
    microphone().speak(1)
    await page.pass(250)
    for (let tries = 0; tries < 500 && rtc.calls.length < 2; tries++) {
      await new Promise(resolve => setImmediate(resolve))
      await page.pass(0)
    }
    await page.pass(2_000)
    socket().accept()
    socket().say(readyMessage({ resumed: true }))
    await page.pass(0)
    socket().say({ type: 'audio-begin', reply: 'r1', fromMs: 40 })
    microphone().speak(1)
    expect(callPlayer()?.closed).toBe(true)
    expect(kit.players.at(-1)?.told.at(-1)).toEqual(['begin', 'r1', 40])
    expect(frames(socket()).at(-1)).toBe(2)
  })

  it('gives everything back at stop', async () => {
    const { voice, page, kit, call, callPlayer, sound, microphone } = await inCall()
    voice.stop()
    await page.pass(1_000)
    expect(kit.players.map(each => each.closed)).toEqual([true])
    expect([callPlayer()?.closed, sound().closed, microphone().closed]).toEqual([true, true, true])
    expect([call.connection.closed, page.timers, kit.watchers]).toEqual([true, 0, 0])
  })

  it('puts the microphone on no track where everything is sealed, or goes by the socket', () => {
    for (const options of [{ transport: 'auto', encryption: true }, {}] as const) {
      const { voice, sound } = setUp(options)
      void voice.start()
      expect(sound().line).toBeUndefined()
      voice.stop()
    }
  })
})

/** The assistant's own calls against a gateway of its own, with stand-ins for microphone and loudspeaker alone. */
import type { AudioSource, AudioSourceEvents, Player, PlayerEvents } from '@parley/client'
import { createAssistant } from '@parley/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeAgent } from './support/agent-file.js'
import { makeDataFolders } from './support/data-folder.js'
import { openFrontDoor } from './support/front-door.js'
import { type ParleyProcess, startParley } from './support/parley-process.js'

type Handlers = Map<string, (event: never) => void>

/** Devices that do what a test tells them, and keep what they are given. */
function createDevices() {
  const heard: Handlers = new Map()
  const played: Handlers = new Map()
  let samples = 0
  let clears = 0
  let open = 0
  let current = ''
  const source: AudioSource = {
    sampleRate: 16_000,
    label: 'test',
    muted: false,
    silenced: false,
    on(name, listener) {
      heard.set(name, listener as never)
      return () => heard.delete(name)
    },
    close: () => void open--,
  }
  const player: Player = {
    sampleRate: 24_000,
    on(name, listener) {
      played.set(name, listener as never)
      return () => played.delete(name)
    },
    begin(reply) {
      current = reply
    },
    push(pushed) {
      samples += pushed.length
      report({ kind: 'played', reply: current, ms: samples / 24, final: false })
    },
    end() {},
    clear: () => void clears++,
    duck() {},
    earTime: () => 0,
    close: () => void open--,
  }
  function report(event: PlayerEvents['played']): void {
    played.get('played')?.(event as never)
  }
  return {
    devices: {
      async openMicrophone() {
        open++
        return source
      },
      async openPlayer() {
        open++
        return player
      },
      wake() {},
      close() {},
    },
    frame(levelDbfs: number): void {
      const frame: AudioSourceEvents['frame'] = { samples: new Int16Array(320), levelDbfs }
      heard.get('frame')?.(frame as never)
    },
    get samples() {
      return samples
    },
    get clears() {
      return clears
    },
    get open() {
      return open
    },
  }
}

/** Where nobody listens. */
const nowhere = 'http://127.0.0.1:9'

let gateway: ParleyProcess
beforeAll(async () => {
  const newFolder = await makeDataFolders()
  gateway = await startParley({
    dataDir: newFolder(),
    env: { PARLEY_AGENT: writeAgent(), PARLEY_DRAIN_MS: '500' },
  })
})
afterAll(async () => {
  expect(await gateway.stop()).toBe(0)
})

describe.each(['websocket', 'polling'] as const)('the assistant over %s', transport => {
  it('initializes, calls, is answered, is interrupted by voice and ends', async () => {
    const rig = createDevices()
    const assistant = createAssistant({
      url: gateway.url,
      transports: [transport],
      language: 'en',
      chunkSize: 640,
      devices: rig.devices,
    })
    expect(assistant.getStatus()).toEqual({
      systemReady: false,
      callActive: false,
      socket: { connected: false, authenticated: false, latency: null },
      webrtc: { enabled: false, connected: false },
      vad: { enabled: true, analyzing: false },
      avatar: { enabled: false, animating: false },
      audio: { streamingEnabled: false },
    })
    await expect(assistant.sendMessage('hello')).rejects.toMatchObject({ code: 'not-connected' })
    await assistant.initialize()
    await assistant.audioProcessor.preloadVoiceModel()
    expect(assistant.getStatus()).toMatchObject({
      systemReady: true,
      socket: { connected: true, authenticated: true, latency: expect.any(Number) },
    })

    const transcripts: string[] = []
    assistant.on('transcript', ({ text }) => transcripts.push(text))
    await assistant.startCall()
    expect(assistant.getStatus()).toMatchObject({ callActive: true, audio: { streamingEnabled: true } })
    await assistant.sendMessage('tell me a story')
    await expect.poll(() => transcripts).toEqual(['tell me a story'])
    const before = rig.samples
    await expect.poll(() => rig.samples).toBeGreaterThan(before)
    expect(assistant.vadHandler.remoteAudioPlaying).toBe(true)

    assistant.vadHandler.setThreshold(0.03)
    // That of the greeting, which the message cut, may still be on its way.
    const acknowledged = new Promise(resolve =>
      assistant.on('barge-in:ack', ack => {
        if (ack.by === 'command') resolve(ack)
      }),
    )
    const { clears } = rig
    for (const level of [-60, -20, -20, -20, -20]) rig.frame(level)
    expect(rig.clears).toBe(clears + 1)
    expect(await acknowledged).toMatchObject({ by: 'command', heard: { complete: false } })
    expect(assistant.vadHandler.remoteAudioPlaying).toBe(false)

    const metrics = assistant.getMetrics()
    expect(metrics.audioChunksSent).toBe(2)
    expect(metrics.audioChunksReceived).toBeGreaterThan(0)
    const ended = new Promise(resolve => assistant.on('call:ended', resolve))
    await assistant.endCall()
    expect(await ended).toMatchObject({ reason: 'client', resumable: false })
    expect(assistant.getStatus()).toMatchObject({ callActive: false, audio: { streamingEnabled: false } })
    expect(rig.open).toBe(0)
    assistant.close()
    expect(assistant.getStatus().socket.connected).toBe(false)
  })
})

describe('the assistant', () => {
  it('goes on with its call after its line broke', async () => {
    const rig = createDevices()
    const assistant = createAssistant({ url: gateway.url, transports: ['websocket'], devices: rig.devices })
    await assistant.startCall()
    const back = new Promise<void>(resolve => {
      let wasDown = false
      assistant.on('status-changed', ({ callActive }) => {
        wasDown ||= !callActive
        if (wasDown && callActive) resolve()
      })
    })
    assistant.socketClient.drop()
    await back
    await assistant.sendMessage('hello')
    expect(rig.open).toBe(2)
    assistant.close()
    expect(rig.open).toBe(0)
  })

  it('tries again as often as it may, then says so and gives the microphone back', async () => {
    const rig = createDevices()
    const door = await openFrontDoor()
    door.leadTo(gateway.url)
    const assistant = createAssistant({
      ...{ url: door.url, transports: ['websocket'], language: 'en', devices: rig.devices },
      reconnectionAttempts: 4,
    })
    const { socketClient } = assistant
    // Of the library itself; a second between two tries would be a second of this test.
    Object.assign(socketClient.config, { reconnectionDelay: 5, reconnectionDelayMax: 5 })
    const failures: string[] = []
    let tries = 0
    let triesUntilOpen = 2
    assistant.on('failed', ({ code }) => failures.push(code))
    assistant.on('every', ({ name }) => {
      if (name !== 'connect_error') return
      tries += 1
      if (tries === triesUntilOpen) door.leadTo(gateway.url)
    })
    await assistant.startCall()

    door.leadTo(nowhere)
    socketClient.drop()
    await expect.poll(() => tries).toBe(2)
    await expect.poll(() => assistant.getStatus().callActive).toBe(true)
    expect([failures, rig.open]).toEqual([[], 2])

    triesUntilOpen = Number.POSITIVE_INFINITY
    door.leadTo(nowhere)
    socketClient.drop()
    await expect.poll(() => failures).toEqual(['connection-lost'])
    expect([tries, rig.open]).toEqual([6, 0])
    expect(assistant.getStatus()).toMatchObject({ callActive: false, socket: { connected: false } })

    door.leadTo(gateway.url)
    await assistant.startCall()
    expect(assistant.getStatus()).toMatchObject({ callActive: true })
    assistant.close()
    await door.close()
  })

  it('says why it cannot connect, and which options are out of range', async () => {
    const nobody = createAssistant({ url: nowhere, devices: createDevices().devices })
    await expect(nobody.initialize()).rejects.toMatchObject({ code: 'connect-failed' })
    const stranger = createAssistant({ url: gateway.url, token: 'x.y.z', devices: createDevices().devices })
    await expect(stranger.initialize()).rejects.toMatchObject({
      code: 'refused',
      details: { serverCode: 'unauthenticated' },
    })
    expect(stranger.socketClient.config).toMatchObject({ reconnection: true, reconnectionAttempts: 5 })
    expect(() => createAssistant({ chunkSize: 10 })).toThrow(/320/)
    expect(() => stranger.vadHandler.setThreshold(2)).toThrow(/threshold/)
  })
})

import { afterEach, describe, expect, it, vi } from 'vitest'
import { type MicrophoneOptions, microphoneFault, openMicrophone } from './microphone.js'
import { outputLatencyMs } from './player.js'

interface StandInTrack {
  readonly label: string
  readonly muted: boolean
  readonly stop: ReturnType<typeof vi.fn>
  onended?: () => void
  onmute?: () => void
  onunmute?: () => void
}

/** Microphones by the Media Capture specification: each `grant` is one that is there, for one who asks. */
function aBrowser() {
  const granted: StandInTrack[] = []
  let fault = 'NotFoundError'
  const getUserMedia = async () => {
    const track = granted.shift()
    if (track === undefined) throw new DOMException('', fault)
    return { getTracks: () => [track], getAudioTracks: () => [track] }
  }
  const node = { connect() {}, disconnect() {} }
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } })
  vi.stubGlobal('AudioWorkletNode', function ofContext() {
    return { ...node, port: { postMessage() {} } }
  })
  const context = {
    audioWorklet: { addModule: async () => {} },
    createMediaStreamSource: () => node,
  } as unknown as AudioContext
  return {
    grant(track: Partial<StandInTrack> = {}): StandInTrack {
      const made = { label: '', muted: false, stop: vi.fn(), ...track }
      granted.push(made)
      return made
    },
    deny() {
      fault = 'NotAllowedError'
    },
    open: (options: Partial<MicrophoneOptions> = {}) => openMicrophone({ context, ...options }),
    async settle() {
      for (let i = 0; i < 10; i++) await Promise.resolve()
    },
  }
}

describe('the devices', () => {
  afterEach(() => void vi.unstubAllGlobals())

  it.each([
    ['NotAllowedError', 'microphone-denied'],
    ['NotFoundError', 'microphone-missing'],
    ['OverconstrainedError', 'microphone-missing'],
    ['NotReadableError', 'microphone-busy'],
    ['TypeError', 'unsupported'],
  ])('names %s as %s', (name, code) => {
    expect(microphoneFault(new DOMException('', name))).toBe(code)
  })

  it('says that a page without AudioWorklet cannot listen', async () => {
    const context = {} as AudioContext
    await expect(openMicrophone({ context })).rejects.toMatchObject({ code: 'unsupported' })
  })

  it('lets go of a microphone that is granted when the context is closed already', async () => {
    const track = { stop: vi.fn() }
    const getUserMedia = async () => ({ getTracks: () => [track] })
    vi.stubGlobal('navigator', { mediaDevices: { getUserMedia } })
    const closed = new DOMException('', 'InvalidStateError')
    vi.stubGlobal('AudioWorkletNode', function ofClosed() {
      throw closed
    })
    const context = { audioWorklet: { addModule: async () => {} } } as unknown as AudioContext
    await expect(openMicrophone({ context })).rejects.toBe(closed)
    expect(track.stop).toHaveBeenCalledOnce()
  })

  it('is silenced and heard again as its track is muted and unmuted, and says so of one that begins muted', async () => {
    const { grant, open } = aBrowser()
    const track = grant({ muted: true })
    const source = await open()
    const told: boolean[] = []
    source.on('silenced', ({ on }) => told.push(on))
    expect(source.silenced).toBe(true)
    track.onunmute?.()
    track.onmute?.()
    track.onmute?.()
    expect([told, source.silenced]).toEqual([[false, true], true])
  })

  it('gives way to another one where its track ends, and to none where there is none', async () => {
    const { grant, open, settle } = aBrowser()
    const first = grant({ label: 'Headset' })
    const source = await open({ deviceId: 'headset' })
    const told: unknown[] = []
    source.on('device-changed', ({ label }) => told.push(label))
    source.on('ended', ({ error }) => told.push(error?.code))
    const second = grant({ label: 'Built in' })
    first.onended?.()
    await settle()
    expect([told, first.stop.mock.calls.length, source.label]).toEqual([['Built in'], 1, 'Built in'])
    second.onended?.()
    await settle()
    second.onended?.()
    await settle()
    expect(told).toEqual(['Built in', 'microphone-lost'])
  })

  it('says that it is not allowed any more where it ends because of that', async () => {
    const { grant, deny, open, settle } = aBrowser()
    const track = grant()
    const source = await open()
    const told: unknown[] = []
    source.on('ended', ({ error }) => told.push(error?.code))
    deny()
    track.onended?.()
    await settle()
    expect(told).toEqual(['microphone-denied'])
  })

  it('takes a latency the browser does not tell as none', () => {
    expect(outputLatencyMs({ baseLatency: 0.01, outputLatency: Number.NaN })).toBe(10)
    expect(outputLatencyMs({ baseLatency: 0.01, outputLatency: 0.02 })).toBeCloseTo(30)
  })
})

import { afterEach, describe, expect, it, vi } from 'vitest'
import { microphoneFault, openMicrophone } from './microphone.js'
import { outputLatencyMs } from './player.js'

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

  it('takes a latency the browser does not tell as none', () => {
    expect(outputLatencyMs({ baseLatency: 0.01, outputLatency: Number.NaN })).toBe(10)
    expect(outputLatencyMs({ baseLatency: 0.01, outputLatency: 0.02 })).toBeCloseTo(30)
  })
})

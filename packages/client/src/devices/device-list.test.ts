import { describe, expect, it } from 'vitest'
import { listDevices, noDevices } from './device-list.js'
import { soundState } from './page-sound.js'

function device(kind: MediaDeviceKind, deviceId: string, label = ''): MediaDeviceInfo {
  return { kind, deviceId, label, groupId: '', toJSON: () => ({}) }
}

describe('the devices of a page', () => {
  it('are listed by direction, without cameras and without those the page may not know yet', async () => {
    const all = [
      device('audioinput', 'a', 'Built in'),
      device('audioinput', ''),
      device('videoinput', 'v'),
      device('audiooutput', 'b'),
    ]
    expect(await listDevices({ enumerateDevices: () => Promise.resolve(all) })).toEqual({
      microphones: [{ id: 'a', label: 'Built in' }],
      speakers: [{ id: 'b', label: '' }],
    })
  })

  it('are none where there is no browser, or the page may not ask', async () => {
    expect(await listDevices(undefined)).toEqual(noDevices)
    const forbidden = { enumerateDevices: () => Promise.reject(new DOMException('', 'NotAllowedError')) }
    expect(await listDevices(forbidden)).toEqual(noDevices)
  })

  it.each([
    ['running', 'on'],
    ['suspended', 'blocked'],
    ['interrupted', 'interrupted'],
    ['closed', 'off'],
  ])('calls a context that is %s %s', (state, told) => {
    expect(soundState(state)).toBe(told)
  })
})

/** A voice on a virtual page, with hands on its socket, microphone, player and sound. */
import { createVoice } from '../voice/voice.js'
import type { VoiceOptions } from '../voice/voice-page-types.js'
import { createVirtualDevices } from './virtual-devices.js'
import { createVirtualPage, type FarEnd, readyMessage } from './virtual-page.js'

export function setUp(options: Partial<VoiceOptions> = {}, page = createVirtualPage()) {
  const kit = createVirtualDevices()
  const voice = createVoice({
    ...{ url: 'https://gateway.test', environment: page.environment, devices: kit.devices },
    ...options,
  })
  const statuses: string[] = []
  const problems: string[] = []
  const speaking: string[] = []
  const moved: unknown[] = []
  voice.on('status', ({ status }) => statuses.push(status))
  voice.on('problem', ({ code }) => problems.push(code))
  voice.on('speaking', ({ who, on }) => speaking.push(`${who} ${on ? 'speaks' : 'stops'}`))
  voice.on('device-changed', change => moved.push(change))

  function last<Thing>(things: readonly Thing[]): Thing {
    const thing = things.at(-1)
    if (thing === undefined) throw new Error('there is none yet')
    return thing
  }

  return {
    ...{ page, kit, voice, statuses, problems, speaking, moved },
    socket: () => last(page.sockets),
    microphone: () => last(kit.microphones),
    player: () => last(kit.players),
    sound: () => last(kit.sounds),
    async greet(changes: Parameters<typeof readyMessage>[0] = {}) {
      for (let i = 0; i < 3; i++) await page.pass(0)
      last(page.sockets).accept()
      last(page.sockets).say(readyMessage(changes))
      await page.pass(0)
    },
  }
}

export async function live(options: Partial<VoiceOptions> = {}) {
  const all = setUp(options)
  void all.voice.start()
  await all.greet()
  return all
}

export function frames(socket: FarEnd): number[] {
  return socket.received.filter(each => each instanceof Int16Array).map(frame => frame[0] ?? 0)
}

export function sent(socket: FarEnd, type: string) {
  return socket.received.filter(each => !ArrayBuffer.isView(each) && each.type === type)
}

import { encodeUlaw } from '@parley/audio'
import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../virtual-clock.js'
import { createMemoryLine } from './phone-line.js'
import { SimPhone } from './sim-phone.js'
import type { SimPhoneOptions } from './sim-phone-options.js'

interface Message {
  readonly event: string
  readonly streamSid?: string
  readonly sequenceNumber?: string
  readonly mark?: { readonly name: string }
  readonly media?: { readonly timestamp: string; readonly chunk: string; readonly payload: string }
}

/** A phone and whoever it called, who notes what comes when. */
function setUp(options: Partial<SimPhoneOptions> = {}) {
  const clock = new VirtualClock()
  const line = createMemoryLine()
  const got: { readonly atMs: number; readonly message: Message }[] = []
  line.gateway.on('message', data => got.push({ atMs: clock.now(), message: JSON.parse(String(data)) }))
  const phone = new SimPhone({ clock, line: line.carrier, uplinkMs: 30, downlinkMs: 50, ...options })
  const send = (message: object) => line.gateway.send(JSON.stringify({ streamSid: 'MZ1', ...message }))
  return {
    clock,
    line,
    phone,
    got,
    sound(ms: number, value = 8_000) {
      const payload = Buffer.from(encodeUlaw(new Int16Array(ms * 8).fill(value))).toString('base64')
      send({ event: 'media', media: { payload } })
    },
    mark: (name: string) => send({ event: 'mark', mark: { name } }),
    clear: () => send({ event: 'clear' }),
    echoes: () => got.flatMap(({ atMs, message }) => (message.mark ? [[message.mark.name, atMs]] : [])),
    /** When the ear heard sound, and how much of each frame. */
    sounding: () =>
      phone.heard.flatMap(({ atMs, soundSamples }) => (soundSamples > 0 ? [[atMs, soundSamples]] : [])),
  }
}

describe('a simulated phone', () => {
  it('hears sound on the frame after it arrived, in real time however far ahead it was sent', async () => {
    const { clock, sound, sounding, phone } = setUp()
    await clock.advance(5)
    sound(110)
    await clock.advance(500)
    expect(sounding()).toEqual([
      [60, 160],
      [80, 160],
      [100, 160],
      [120, 160],
      [140, 160],
      [160, 80],
    ])
    expect(phone.heard.find(({ atMs }) => atMs === 60)?.rmsDbfs).toBeCloseTo(-12.3, 0)
    expect(phone.sound()).toHaveLength(880)
  })

  it('returns a mark once the sound before it was played, and one with none before it at once', async () => {
    const { clock, sound, mark, echoes } = setUp()
    await clock.advance(5)
    mark('none')
    sound(40)
    mark('some')
    await clock.advance(500)
    expect(echoes()).toEqual([
      ['none', 55 + 30],
      ['some', 100 + 30],
    ])
  })

  it('lets the frame that sounds finish at a clear, throws the rest away and returns its marks at once', async () => {
    const { clock, sound, mark, clear, echoes, sounding, phone } = setUp()
    sound(200)
    mark('rest')
    await clock.advance(25)
    clear()
    mark('behind')
    await clock.advance(500)
    expect(sounding()).toEqual([[60, 160]])
    expect(phone.clears).toEqual([{ atMs: 75, bytes: 1_440 }])
    expect(echoes()).toEqual([
      ['rest', 105],
      // The frame that is sounding is before it.
      ['behind', 110],
    ])
  })

  it('sends a frame each 20 ms with its time, silence when nothing is said', async () => {
    const { clock, phone, got } = setUp()
    const said = phone.say(new Int16Array(320).fill(5_000))
    await clock.advance(99)
    await said
    const media = got.flatMap(({ message }) => message.media ?? [])
    expect(media.map(({ timestamp, chunk }) => [timestamp, chunk])).toEqual([
      ['0', '1'],
      ['20', '2'],
      ['40', '3'],
      ['60', '4'],
    ])
    expect(new Set(media.slice(2).map(({ payload }) => payload)).size).toBe(1)
    expect(media[0]?.payload).not.toBe(media[3]?.payload)
  })

  it('leaves a hole in its stamps for what is lost', async () => {
    const { clock, phone, got } = setUp()
    await clock.advance(50)
    phone.lose(60)
    await clock.advance(150)
    const stamps = got.flatMap(({ message }) => message.media?.timestamp ?? [])
    expect(stamps).toEqual(['0', '20', '40', '120', '140', '160'])
  })

  it('keeps the order of what shakes', async () => {
    const delays = [90, 0, 10, 80, 0]
    const { clock, got } = setUp({ jitterMs: () => delays.shift() ?? 0 })
    await clock.advance(500)
    const numbers = got.flatMap(({ message }) => Number(message.sequenceNumber ?? 0))
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
  })

  it.each([
    ['twilio', true],
    ['signalwire', false],
  ] as const)('speaks as %s', async (dialect, named) => {
    const { clock, phone, got } = setUp({ dialect })
    await clock.advance(100)
    phone.hangUp()
    await clock.advance(100)
    const streams = got.map(({ message }) => message.streamSid !== undefined)
    expect(streams.slice(1).every(has => has === named)).toBe(true)
    expect(got.map(({ message }) => message.event).filter(event => event !== 'media')).toEqual([
      'connected',
      'start',
      'stop',
    ])
    expect(await phone.ended()).toMatchObject({ code: 1000 })
  })

  it('stops for good when the line ends, and keeps nobody waiting', async () => {
    const { clock, phone, line } = setUp()
    const said = phone.say(new Int16Array(80_000))
    await clock.advance(100)
    line.gateway.close(1012, 'draining')
    await said
    expect(await phone.ended()).toMatchObject({ code: 1012, reason: 'draining', atMs: 100 })
    await clock.advance(1_000)
    expect(clock.pending).toBe(0)
    await phone.say(new Int16Array(160))
  })
})

/** What became of each call of a handset, from the messages and sounds that came for it. */

import { measureLevel } from '@parley/audio'
import { HANDSET_RATE, type HandsetServerMessage } from '@parley/protocol'

export interface PhoneRecord {
  readonly call: string
  readonly direction: 'in' | 'out'
  readonly other: string
  connected: boolean
  /** Of the carrier; undefined while it lasts. */
  status: string | undefined
  durationMs: number
  /** From the connection to the first sound of the other side, ms. */
  firstHeardMs: number | undefined
  /** Sound above −50 dBFS, ms. */
  heardMs: number
  marks: number
  /** Sound that was thrown away before it was heard, ms, each time. */
  readonly clearedMs: number[]
  mostBufferedMs: number
}

export interface PhoneBook {
  readonly records: readonly PhoneRecord[]
  /** The call under way. */
  readonly now: PhoneRecord | undefined
  /** Silence since the other side was heard last, ms; undefined where it never was. */
  readonly quietMs: number | undefined
  /** Everything that was heard, PCM16 at 8 kHz; the newest ten minutes. */
  heard(): Int16Array
  note(message: HandsetServerMessage): void
  sound(samples: Int16Array): void
}

const VOICE_DBFS = -50
const MOST_HEARD = 600 * HANDSET_RATE

export function createPhoneBook(): PhoneBook {
  const records: PhoneRecord[] = []
  const heard: Int16Array[] = []
  let heardSamples = 0
  let now: PhoneRecord | undefined
  let sounds = 0
  let quietMs: number | undefined

  function begin(record: Pick<PhoneRecord, 'call' | 'direction' | 'other'>): void {
    now = {
      ...record,
      connected: false,
      status: undefined,
      durationMs: 0,
      firstHeardMs: undefined,
      heardMs: 0,
      marks: 0,
      clearedMs: [],
      mostBufferedMs: 0,
    }
    records.push(now)
    sounds = 0
    quietMs = undefined
  }

  return {
    records,
    get now() {
      return now
    },
    get quietMs() {
      return quietMs
    },
    heard() {
      const all = new Int16Array(heardSamples)
      let at = 0
      for (const part of heard) {
        all.set(part, at)
        at += part.length
      }
      return all
    },
    note(message) {
      if (message.type === 'ringing') begin({ call: message.call, direction: 'in', other: message.from })
      if (message.type === 'dialling') begin({ call: message.call, direction: 'out', other: message.to })
      if (now === undefined) return
      if (message.type === 'connected') now.connected = true
      if (message.type === 'mark') now.marks += 1
      if (message.type === 'clear') now.clearedMs.push(message.droppedMs)
      if (message.type === 'line') now.mostBufferedMs = Math.max(now.mostBufferedMs, message.bufferedMs)
      if (message.type !== 'over') return
      now.status = message.status
      now.durationMs = message.atMs
      now = undefined
    },
    sound(samples) {
      heard.push(samples)
      heardSamples += samples.length
      while (heardSamples > MOST_HEARD) heardSamples -= heard.shift()?.length ?? heardSamples
      if (now === undefined) return
      const ms = (samples.length * 1000) / HANDSET_RATE
      sounds += ms
      if (measureLevel(samples).rmsDbfs > VOICE_DBFS) {
        now.firstHeardMs ??= sounds - ms
        now.heardMs += ms
        quietMs = 0
      } else if (quietMs !== undefined) quietMs += ms
    },
  }
}

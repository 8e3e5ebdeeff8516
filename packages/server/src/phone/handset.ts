/**
 * A live telephone at the phone emulator: somebody on the other side of a socket speaks, listens and presses its keys. One
 * call at a time; whoever else rings hears it busy. It knows the messages of the protocol and no socket.
 */

import { measureLevel } from '@parley/audio'
import type { Clock } from '@parley/core'
import { HANDSET_RATE, type HandsetClientMessage, type HandsetServerMessage } from '@parley/protocol'
import type { CarrierCore, LineNews, Party, PartyLine } from '@parley/sim'

export interface Handset {
  take(message: HandsetClientMessage): void
  /** What its microphone picks up, PCM16 at 8 kHz; kept up to a second, and thrown away where there is no call. */
  speak(samples: Int16Array): void
  /** Hangs up and gives the number back. */
  close(): void
}

export interface HandsetOptions {
  readonly carrier: Pick<CarrierCore, 'phone' | 'call'>
  readonly clock: Clock
  readonly number: string
  readonly send: (message: HandsetServerMessage) => void
  /** 20 ms; only valid during the call. */
  readonly sendAudio: (samples: Int16Array) => void
}

const FRAME = (HANDSET_RATE * 20) / 1000
/** Sound of the microphone that waits for its turn, samples; the oldest goes first. */
const MOST_WAITING = HANDSET_RATE
/** Frames between two accounts of the line. */
const ACCOUNT_FRAMES = 10
const SILENCE_DBFS = -100

interface Talk {
  readonly line: PartyLine
  readonly beganMs: number
  connected: boolean
}

export function createHandset({ carrier, clock, number, send, sendAudio }: HandsetOptions): Handset {
  const network = { jitterMs: 0, lossPercent: 0 }
  const waiting = new Int16Array(MOST_WAITING)
  const frame = new Int16Array(FRAME)
  let waits = 0
  let talk: Talk | undefined
  let frames = 0
  let bufferedMs = 0
  let heardMs = 0
  let heardDbfs = SILENCE_DBFS
  let spokenDbfs = SILENCE_DBFS

  const atMs = () => Math.round(clock.now() - (talk?.beganMs ?? clock.now()))

  /** The telephone as the carrier sees it in one call. */
  function party(): Party {
    let own: Talk | undefined
    const isOurs = () => own !== undefined && talk === own
    return {
      nature: 'human',
      network,
      begin(line, how) {
        if (talk !== undefined) return line.refuse('busy')
        own = { line, beganMs: clock.now(), connected: false }
        talk = own
        frames = heardMs = waits = bufferedMs = 0
        if (how === 'rings') send({ type: 'ringing', call: line.callSid, from: line.from })
        else send({ type: 'dialling', call: line.callSid, to: line.to })
      },
      connected() {
        if (!isOurs() || own === undefined) return
        own.connected = true
        send({ type: 'connected', call: own.line.callSid, atMs: atMs() })
      },
      speak() {
        if (waits === 0) return undefined
        frame.fill(0)
        const count = Math.min(FRAME, waits)
        frame.set(waiting.subarray(0, count))
        waiting.copyWithin(0, count, waits)
        waits -= count
        spokenDbfs = Math.max(spokenDbfs, measureLevel(frame).rmsDbfs)
        // The line keeps what it is given.
        return frame.slice()
      },
      hear(samples) {
        const { rmsDbfs } = measureLevel(samples)
        heardDbfs = Math.max(heardDbfs, rmsDbfs)
        if (rmsDbfs > SILENCE_DBFS) heardMs += 20
        sendAudio(samples)
        frames += 1
        if (frames % ACCOUNT_FRAMES === 0) account()
      },
      buffered(ms) {
        bufferedMs = ms
      },
      told(news) {
        // The stream closes behind a call that is over already.
        if (isOurs()) send(messageOf(news, atMs()))
      },
      over(status) {
        if (!isOurs() || own === undefined) return
        send({ type: 'over', call: own.line.callSid, status, atMs: atMs() })
        talk = undefined
      },
    }
  }

  function account(): void {
    send({ type: 'line', atMs: atMs(), bufferedMs: Math.round(bufferedMs), heardDbfs, spokenDbfs, heardMs })
    heardDbfs = SILENCE_DBFS
    spokenDbfs = SILENCE_DBFS
  }

  function refuse(message: string): void {
    send({ type: 'error', code: 'conflict', message })
  }

  carrier.phone(number, party)
  return {
    take(message) {
      switch (message.type) {
        case 'hello':
          return refuse('This handset has its number already.')
        case 'dial':
          if (talk !== undefined) return refuse('This handset is in a call; hang up first.')
          return void carrier.call({ from: number, to: message.to, who: party })
        case 'answer':
          if (talk === undefined || talk.connected) return refuse('Nothing rings.')
          return talk.line.answer()
        case 'refuse':
          if (talk === undefined || talk.connected) return refuse('Nothing rings.')
          return talk.line.refuse('busy')
        case 'hang-up':
          return talk?.line.hangUp()
        case 'key':
          if (talk?.connected !== true) return refuse('Keys are for calls.')
          return talk.line.press(message.digit)
        case 'network':
          network.jitterMs = message.jitterMs
          network.lossPercent = message.lossPercent
          return
        default:
          return message satisfies never
      }
    },
    speak(samples) {
      if (talk?.connected !== true) return
      const most = samples.subarray(Math.max(0, samples.length - MOST_WAITING))
      const over = Math.max(0, waits + most.length - MOST_WAITING)
      if (over > 0) waiting.copyWithin(0, over, waits)
      waits -= over
      waiting.set(most, waits)
      waits += most.length
    },
    close() {
      carrier.phone(number, undefined)
      talk?.line.hangUp()
      talk = undefined
    },
  }
}

function messageOf(news: LineNews, atMs: number): HandsetServerMessage {
  switch (news.kind) {
    case 'stream':
      return { type: 'stream', on: news.on, atMs }
    case 'mark':
      return { type: 'mark', name: news.name, atMs }
    case 'digits':
      return { type: 'digits', digits: news.digits, atMs }
    case 'clear':
      // µ-law: a byte is a sample.
      return { type: 'clear', droppedMs: Math.round((news.bytes * 1000) / HANDSET_RATE), atMs }
    default:
      return news satisfies never
  }
}

/**
 * What every recogniser on a socket needs: its own connection, sound sent in pieces, the media time of what was sent,
 * what it costs, and one end: after `lose` or `close` nothing is told.
 */

import type { AudioFrame } from '@parley/audio'
import { ParleyError, type SttEvent } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { type AudioPlace, audioPlace } from './audio-place.js'
import { outcomeOf } from './http-call.js'
import { leasedSocket } from './leased-socket.js'
import { bytesOfPcm } from './pcm-bytes.js'
import { lateError } from './vendor-error.js'
import { watchdog } from './watchdog.js'

export interface HearingOptions {
  /** The vendor, for people. */
  readonly vendor: string
  readonly path: string
  headers(key: string | undefined): Readonly<Record<string, string>>
  readonly connectTimeoutMs: number
  /** Longest silence of the vendor after `expect`, ms. */
  readonly finishTimeoutMs: number
  /** Sent at once, ms. */
  readonly pieceMs: number
  /** Of the frames, in Hz. */
  readonly sampleRate: number
  /** PCM16 as the vendor takes it. */
  encode(bytes: Buffer): string | Uint8Array
  onText(text: string): void
  emit(event: SttEvent): void
}

export interface Hearing {
  readonly place: AudioPlace
  hear(frame: AudioFrame): void
  /** Sends what is left of a piece. */
  flush(): void
  send(message: string): void
  emit(event: SttEvent): void
  /** An answer is wanted soon; told again with each sign of life, and undone by `settled`. */
  expect(): void
  settled(): void
  /** The first proper message came. */
  fine(): void
  /** Tells what has been sent since the last time as used. */
  use(): void
  lose(error: ParleyError): void
  /** Ends it, with a last message if it stands; what was used since is told first. */
  close(farewell?: string): void
}

export function openHearing(context: VendorContext, options: HearingOptions): Hearing {
  const { vendor, finishTimeoutMs, sampleRate } = options
  const place = audioPlace()
  const dog = watchdog(context.clock)
  const piece = new Int16Array(Math.round((sampleRate * options.pieceMs) / 1000))
  let filled = 0
  let usedMs = 0
  let over = false

  const socket = leasedSocket(context, {
    vendor,
    path: options.path,
    headers: key => options.headers(key),
    connectTimeoutMs: options.connectTimeoutMs,
    onText(text) {
      if (!over) options.onText(text)
    },
    onLost: lose,
  })

  function lose(error: ParleyError): void {
    if (over) return
    over = true
    dog.stop()
    socket.settle(outcomeOf(error))
    socket.close()
    options.emit({ kind: 'lost', error })
  }

  function flush(): void {
    if (filled === 0) return
    const bytes = bytesOfPcm(piece.subarray(0, filled))
    filled = 0
    send(options.encode(bytes))
  }

  function send(message: string | Uint8Array): void {
    if (over || socket.send(message)) return
    lose(
      new ParleyError('provider_failed', `${vendor} does not take the sound as fast as it comes.`, {
        retryable: true,
      }),
    )
  }

  function use(): void {
    const audioMs = place.sentMs - usedMs
    usedMs = place.sentMs
    if (audioMs > 0 && !over) options.emit({ kind: 'usage', audioMs })
  }

  return {
    place,
    hear(frame) {
      if (over) return
      place.sent(frame)
      for (let at = 0; at < frame.samples.length; ) {
        const part = frame.samples.subarray(at, at + piece.length - filled)
        piece.set(part, filled)
        filled += part.length
        at += part.length
        if (filled === piece.length) flush()
      }
    },
    flush,
    send,
    emit(event) {
      if (!over) options.emit(event)
    },
    expect() {
      if (!over)
        dog.expect(finishTimeoutMs, () => lose(lateError(vendor, 'finish what was said', finishTimeoutMs)))
    },
    settled: () => dog.stop(),
    fine: () => socket.settle({ kind: 'fine' }),
    use,
    lose,
    close(farewell) {
      if (over) return
      // What nobody asked to be finished is billed all the same, silence too.
      if (socket.state === 'open') use()
      over = true
      dog.stop()
      if (farewell !== undefined && socket.state === 'open') socket.send(farewell)
      socket.close()
    },
  }
}

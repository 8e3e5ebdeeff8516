/**
 * What stands behind a socket after its hello: codecs, outbox and transport, opened together and freed together.
 */
import type { Clock, CloseReason } from '@parley/core'
import type { AudioFormat, Hello } from '@parley/protocol'
import type { AudioIn } from './audio-in.js'
import type { OpenSound } from './leg-sound.js'
import { Outbox } from './outbox.js'
import type { VoiceLimits } from './voice-limits.js'
import { VoiceSocketTransport } from './voice-socket-transport.js'
import type { VoiceWire } from './voice-wire.js'

export interface VoiceLegOptions {
  readonly wire: VoiceWire
  readonly hello: Hello
  readonly clock: Clock
  readonly openSound: OpenSound
  readonly limits: VoiceLimits
  rttMs(): number
  onClose(reason: CloseReason): void
  onFault(error: unknown): void
  onBacklog(waitingMs: number): void
  onStall(): void
}

export interface VoiceLeg {
  readonly hello: Hello
  /** As agreed. */
  readonly input: AudioFormat
  readonly output: AudioFormat
  /** Of the codec that speaks, ms. */
  readonly lookaheadMs: number
  readonly audioIn: AudioIn
  readonly outbox: Outbox
  readonly transport: VoiceSocketTransport
}

/** Opens the codecs of a hello; sends nothing. */
export async function openVoiceLeg(options: VoiceLegOptions): Promise<VoiceLeg> {
  const { wire, hello, clock, openSound, limits } = options
  const { input, output, audioIn, audioOut: audio } = await openSound(hello)
  const { highWaterBytes, maxUnsentBytes, stallMs, aheadMs, jitterMs } = limits
  const { onBacklog, onStall, onClose, onFault, rttMs } = options
  const outbox = new Outbox({
    socket: wire,
    clock,
    highWaterBytes,
    maxUnsentBytes,
    stallMs,
    onBacklog,
    onStall,
  })
  const transport = new VoiceSocketTransport({
    outbox,
    audio,
    outputRate: output.sampleRate,
    reportsPlayed: hello.reportsPlayed,
    aheadMs,
    jitterMs,
    rttMs,
    now: () => clock.now(),
    onClose,
    onFault,
  })
  const { lookaheadMs } = audio
  return { hello, input, output, lookaheadMs, audioIn, outbox, transport }
}

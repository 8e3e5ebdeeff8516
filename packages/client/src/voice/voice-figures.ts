/** Counts what a page may want to show of its connection, or to send home with a complaint. */
import type { VoiceClient } from '../voice-types.js'
import type { SpeakerFigures } from './speaker.js'
import type { VoiceMetrics } from './voice-page-types.js'

export interface VoiceFigures {
  metrics(speaker: SpeakerFigures, outputLatencyMs: number): VoiceMetrics
  /** The rate of what is spoken by now, Hz. */
  spokenAt(sampleRate: number): void
  /** A new conversation begins. */
  reset(): void
}

export function createVoiceFigures(client: Pick<VoiceClient, 'on' | 'traffic'>): VoiceFigures {
  let roundTripMs: number | undefined
  let unsentMs = 0
  let connections = 0
  let rate = 16_000
  client.on('round-trip', ({ ms }) => {
    roundTripMs = ms
  })
  client.on('dropped', ({ samples }) => {
    unsentMs += (samples * 1000) / rate
  })
  client.on('ready', () => {
    connections++
  })
  return {
    metrics: ({ bufferedMs, underruns, droppedMs }, outputLatencyMs) => ({
      roundTripMs,
      bufferedMs,
      outputLatencyMs,
      underruns,
      droppedMs,
      unsentMs,
      reconnects: Math.max(0, connections - 1),
      inBytes: client.traffic.inBytes,
      outBytes: client.traffic.outBytes,
    }),
    spokenAt(sampleRate) {
      rate = sampleRate
    },
    reset() {
      roundTripMs = undefined
      unsentMs = 0
      connections = 0
    },
  }
}

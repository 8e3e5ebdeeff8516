/** Serves one voice socket; its life is in `voice-socket-life`. */
import { VoiceSocketLife } from './voice-socket-life.js'
import type { VoiceSocket, VoiceSocketOptions } from './voice-socket-options.js'

/** Serves the socket until it closes. Never throws. */
export function serveVoiceSocket(options: VoiceSocketOptions): VoiceSocket {
  return new VoiceSocketLife(options)
}

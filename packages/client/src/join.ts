/** Puts devices to a conversation: frames out, sound in, and the account of what was heard back. */
import type { AudioSource } from './devices/audio-source.js'
import { drivePlayer } from './devices/drive-player.js'
import type { Player } from './devices/player.js'
import type { VoiceClient } from './voice-types.js'

/** Sends each frame of `source`; returns how to stop, which leaves the source open. */
export function speakFrom(client: VoiceClient, source: AudioSource): () => void {
  return source.on('frame', ({ samples }) => client.sendAudio(samples, source.sampleRate))
}

/**
 * Plays what the gateway sends and reports what was heard; `interrupt()` silences at once, without waiting for the
 * gateway. A new session throws away the sound of the old one. Returns how to stop, which leaves the player open. A
 * player of another rate than that of `ready.output` is a `bad-option`, thrown as an uncaught error of the page.
 * Over WebRTC it does nothing: `playTrack` does it there, and both may be asked for at once.
 */
export function playThrough(client: VoiceClient, player: Player): () => void {
  return drivePlayer(client, player, () => client.transport !== 'webrtc')
}

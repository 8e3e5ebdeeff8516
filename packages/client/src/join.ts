/** Puts devices to a conversation: frames out, sound in, and the account of what was heard back. */
import { ClientError } from './client-error.js'
import type { AudioSource } from './devices/audio-source.js'
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
 */
export function playThrough(client: VoiceClient, player: Player): () => void {
  const leave = [
    client.on('audio-begin', ({ reply, fromMs }) => player.begin(reply, fromMs)),
    client.on('audio', ({ samples }) => player.push(samples)),
    client.on('reply-sent', ({ reply, totalMs }) => player.end(reply, totalMs)),
    client.on('clear', ({ reply }) => player.clear(reply)),
    client.on('duck', ({ on }) => player.duck(on)),
    client.on('interrupting', () => player.clear()),
    client.on('ready', ({ resumed, output }) => {
      if (!resumed) player.clear()
      checkRate(player.sampleRate, output.sampleRate)
    }),
    client.on('state-changed', ({ state }) => {
      if (state === 'closed' || state === 'failed') player.clear()
    }),
    player.on('played', ({ reply, ms }) => client.played(reply, ms)),
  ]
  return () => {
    for (const each of leave) each()
  }
}

function checkRate(has: number, wanted: number): void {
  if (has === wanted) return
  const cure = 'make it with `sampleRate: client.ready.output.sampleRate`'
  throw new ClientError('bad-option', `The player has ${has} Hz where ${wanted} was agreed; ${cure}.`)
}

/**
 * The far end's track at the loudspeaker, and the account of what was heard back: what `playThrough` is to sound that
 * comes over a socket. What was taken back is silenced at once, with what the browser still holds of it.
 */
import { drivePlayer } from '../devices/drive-player.js'
import type { VoiceClient } from '../voice-types.js'
import type { TookTransport, TrackPlayerOptions } from './webrtc-types.js'

/** Some browsers only let the element begin after a click. */
export type PlayTrackOptions = Pick<TrackPlayerOptions, 'element' | 'every'>

/** Plays whatever calls the client makes; returns how to stop. */
export function playTrack(client: Pick<VoiceClient, 'on' | 'played'>, options: PlayTrackOptions): () => void {
  let stopPlaying = () => {}

  function take(took: TookTransport): void {
    stopPlaying()
    stopPlaying = () => {}
    if (took.took !== 'webrtc') return
    const player = took.openPlayer(options)
    const stop = drivePlayer(client, player, () => true)
    stopPlaying = () => {
      stop()
      player.close()
    }
  }

  const leave = client.on('transport', take)
  return () => {
    leave()
    stopPlaying()
  }
}

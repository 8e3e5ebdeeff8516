/** The agent's sound on a media track, with the events that stand for the deltas there: started, stopped, cleared. */
import type { AudioFrame } from '@parley/audio'
import type { ReplyId } from '@parley/core'
import type { PeerState } from './peer-state.js'

export interface TrackSound {
  /** `responseId` is undefined where the response of the sound is over. */
  play(frame: AudioFrame, reply: ReplyId, responseId: string | undefined): void
  /** All of it was played. */
  stopped(): void
  /** What the track has is thrown away; `isCut` if it does not go on. */
  clear(isCut: boolean): void
}

export function createTrackSound(peer: PeerState): TrackSound {
  const { track } = peer
  /** The response that the track plays. */
  let playing: string | undefined

  function over(event: 'stopped' | 'cleared'): void {
    if (playing !== undefined) peer.emit(`output_audio_buffer.${event}`, { response_id: playing })
    playing = undefined
  }

  return {
    play(frame, reply, responseId) {
      if (responseId !== undefined && playing !== responseId) {
        playing = responseId
        peer.hasSpoken = true
        peer.emit('output_audio_buffer.started', { response_id: responseId })
      }
      track?.play(frame, reply)
    },
    stopped: () => over('stopped'),
    clear(isCut) {
      track?.clear()
      if (isCut) over('cleared')
    },
  }
}

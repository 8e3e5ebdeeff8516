/**
 * How the agent speaks and what its mouth does, in step with what this page's player lets be heard. What the gateway
 * tells comes before its sound and by place in the reply's audio; what the ear never gets is never shown.
 * Needs `prosody` among the options of the client.
 */
import type { ProsodyFrameFields } from '@parley/protocol'
import type { Player } from '../devices/player.js'
import type { VoiceClient } from '../voice-types.js'
import { createHeardPlaces } from './heard-place.js'
import type { AgentMoment, ProsodyTimeline, UtteranceMessage } from './prosody-types.js'
import { createReplyTrack, type ReplyTrack } from './reply-track.js'

const MOST_REPLIES = 4
/** More than sound cards hold. */
const RENDERED_MS = 100
const MOST_UTTERANCES = 50
/** What `duck` lowers by: 18 dB. */
const DUCKED = 10 ** (-18 / 20)

export function createProsodyTimeline(
  client: Pick<VoiceClient, 'on'>,
  player: Pick<Player, 'on' | 'earTime'>,
): ProsodyTimeline {
  const places = createHeardPlaces()
  const tracks = new Map<string, ReplyTrack>()
  const listeners = new Set<(utterance: UtteranceMessage) => void>()
  const utterances: UtteranceMessage[] = []
  const moment = {
    side: 'agent' as const,
    reply: undefined as string | undefined,
    playedMs: 0,
    frame: undefined as ProsodyFrameFields | undefined,
    viseme: 'sil' as AgentMoment['viseme'],
    next: 'sil' as AgentMoment['next'],
    blend: 0,
    gain: 1,
  }
  let user: ProsodyFrameFields | undefined

  function trackOf(reply: string): ReplyTrack {
    let track = tracks.get(reply)
    if (track === undefined) {
      track = createReplyTrack()
      tracks.set(reply, track)
      const [oldest] = tracks.keys()
      if (tracks.size > MOST_REPLIES && oldest !== undefined) tracks.delete(oldest)
    }
    return track
  }

  const leave = [
    player.on('playhead', places.take),
    client.on('prosody', message => {
      if (message.side === 'user') user = message.frames.at(-1)
      else trackOf(message.reply).addFrames(message.frames)
    }),
    client.on('visemes', ({ reply, cues }) => trackOf(reply).addCues(cues)),
    // What the mixer had rendered by then is heard all the same.
    client.on('cleared', ({ reply, heardMs }) =>
      tracks.get(reply)?.cut(Math.max(heardMs, reply === moment.reply ? moment.playedMs + RENDERED_MS : 0)),
    ),
    client.on('utterance', utterance => {
      utterances.push(utterance)
      if (utterances.length > MOST_UTTERANCES) utterances.shift()
      for (const listener of [...listeners]) listener(utterance)
    }),
    client.on('audio-begin', ({ reply }) => {
      places.rewound(reply)
      moment.gain = 1
    }),
    client.on('duck', ({ on }) => {
      moment.gain = on ? DUCKED : 1
    }),
    client.on('ready', ({ resumed }) => {
      if (resumed) return
      tracks.clear()
      utterances.length = 0
      user = undefined
    }),
  ]

  return {
    at(nowMs) {
      const { reply, ms } = places.at(player.earTime(nowMs))
      const track = reply === undefined ? undefined : tracks.get(reply)
      const mouth = track?.mouthAt(ms)
      moment.reply = reply
      moment.playedMs = ms
      moment.frame = track?.frameAt(ms)
      moment.viseme = mouth?.viseme ?? 'sil'
      moment.next = mouth?.next ?? 'sil'
      moment.blend = mouth?.blend ?? 0
      return moment
    },
    get user() {
      return user
    },
    utterances,
    onUtterance(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      for (const each of leave) each()
      listeners.clear()
    },
  }
}

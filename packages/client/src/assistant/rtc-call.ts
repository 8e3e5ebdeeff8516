/**
 * A call whose sound goes over WebRTC, told in the names of the Socket.IO edge. It is a conversation of its own beside the
 * socket; where no UDP gets through there is none, and the caller takes the socket.
 */
import type { BargeInAck, CallEnded, ServerMessage } from '@parley/protocol'
import { socketioEventOfMessage } from '@parley/protocol/socketio-events'
import { ClientError } from '../client-error.js'
import type { AudioSource } from '../devices/audio-source.js'
import type { PlayerEvents } from '../devices/player.js'
import { createEmitter } from '../emitter.js'
import { createVoiceClient } from '../voice-client.js'
import type { VoiceClient } from '../voice-types.js'
import { playTrack } from '../webrtc/play-track.js'
import type { AssistantCall, AssistantCallParts } from './assistant-call.js'
import { INPUT_RATE } from './socket-call.js'

export interface RtcCallParts extends AssistantCallParts {
  readonly url: string
  readonly token: string | (() => string | Promise<string>) | undefined
  /** How long it is waited for a way through, ms. */
  readonly giveUpMs: number
  /** Default: those of the gateway. */
  readonly iceServers: readonly RTCIceServer[] | undefined
}

/**
 * Resolves once the call stands; `'no-way'` where none was found in time, undefined where the assistant ended it meanwhile.
 * Rejects with the microphone's fault or with `refused`.
 */
export async function openRtcCall(parts: RtcCallParts): Promise<AssistantCall | 'no-way' | undefined> {
  const { devices } = parts
  let stream: MediaStream | undefined
  let source: AudioSource | undefined
  try {
    if (parts.microphone !== false) stream = await devices.openStream()
    if (stream !== undefined) source = await devices.openMicrophone(INPUT_RATE, stream)
  } catch (thrown) {
    stopAll(stream)
    stream = undefined
    if (parts.microphone !== 'optional') throw thrown
    parts.failed(thrown)
  }
  const microphone = stream
  const client = createVoiceClient({
    url: parts.url,
    transport: 'webrtc',
    webrtc: {
      ...(microphone === undefined ? {} : { microphone: () => microphone }),
      ...(parts.iceServers === undefined ? {} : { iceServers: parts.iceServers }),
    },
    language: parts.language,
    reportsPlayed: true,
    ...(parts.token === undefined ? {} : { token: parts.token }),
    ...(parts.agent === undefined ? {} : { agent: parts.agent }),
    ...(parts.avatar ? { prosody: { sides: ['agent'], visemes: true } } : {}),
  })
  const ear = createEarOf(client)
  const counts = { sent: 0, received: 0 }
  /** Of which the floor was taken by a call of the page. */
  let commanded: string | undefined
  let session: string | null = null
  let reason = 'closed'
  const leave = [
    playTrack(ear.client, { element: devices.openElement() }),
    client.on('message', message => {
      counts.received += 1
      tell(message)
    }),
    client.on('audio-begin', () => parts.playing(true)),
    client.on('clear', () => parts.playing(false)),
    client.on('state-changed', ({ state }) => {
      if (state === 'reconnecting') parts.lost()
      if (state === 'closed') tellEnd(reason)
    }),
    client.on('failed', error => {
      parts.failed(error)
      tellEnd(error.code)
    }),
    ...listen(source),
  ]

  function listen(to: AudioSource | undefined): (() => void)[] {
    if (to === undefined) return []
    return [
      to.on('frame', ({ levelDbfs }) => parts.level(levelDbfs)),
      to.on('ended', ({ error }) => {
        source = undefined
        if (error !== undefined) parts.failed(error)
      }),
    ]
  }

  function tellEnd(why: string): void {
    parts.heard('call:ended', { session, reason: why, resumable: false } satisfies CallEnded)
  }

  function tell(message: ServerMessage): void {
    const { type, ...payload } = message
    if (type === 'encrypted') return
    if (type === 'ready') session = message.session
    if (type === 'session-ended') reason = message.reason
    if (type === 'reply-ended') parts.playing(false)
    if (type === 'interrupted') {
      commanded = message.heard?.reply
      return parts.heard('barge-in:ack', { heard: message.heard, by: 'command' } satisfies BargeInAck)
    }
    if ('resumeToken' in payload) delete (payload as { resumeToken?: string }).resumeToken
    parts.heard(socketioEventOfMessage[type], payload)
    if (type !== 'reply-ended' || !message.interrupted || message.reply === commanded) return
    parts.heard('barge-in:ack', { heard: message.heard, by: 'voice' } satisfies BargeInAck)
  }

  function close(): void {
    for (const each of leave) each()
    ear.close()
    client.close()
    source?.close()
    source = undefined
    stopAll(stream)
  }

  const standing = client.connect().then(
    () => 'stands' as const,
    (thrown: unknown) => {
      if (thrown instanceof ClientError && thrown.code !== 'refused') return 'no-way' as const
      throw thrown
    },
  )
  const { promise: late, stop } = timer(parts.giveUpMs)
  try {
    const outcome = await Promise.race([standing, late])
    if (outcome === 'no-way' || parts.isVoid()) {
      close()
      return parts.isVoid() ? undefined : 'no-way'
    }
  } catch (thrown) {
    close()
    throw thrown
  } finally {
    stop()
  }
  return {
    carrier: 'webrtc',
    get streaming() {
      return source !== undefined
    },
    ear,
    counts,
    hush: ear.hush,
    async sendText(text) {
      counts.sent += 1
      client.sendText(text)
    },
    async bargeIn() {
      counts.sent += 1
      await client.interrupt()
    },
    async end() {
      close()
      tellEnd('client')
    },
    close,
  }
}

/** The track's account of what was heard, in the shape of a player's playhead. */
function createEarOf(client: VoiceClient) {
  const events = createEmitter<PlayerEvents>()
  const place = (reply: string | undefined, ms: number) =>
    events.emit('playhead', { kind: 'playhead', reply, ms, atS: performance.now() / 1000 })
  const leave = [
    client.on('reply-ended', () => place(undefined, 0)),
    client.on('clear', () => place(undefined, 0)),
    client.on('interrupting', () => place(undefined, 0)),
  ]
  return {
    on: events.on,
    earTime: (nowMs: number) => nowMs / 1000,
    client: {
      on: client.on,
      played(reply: string, ms: number) {
        client.played(reply, ms)
        place(reply, ms)
      },
    },
    /** `playTrack` silences where `interrupting` is told, which `bargeIn` does in the same breath. */
    hush() {},
    close() {
      for (const each of leave) each()
    },
  }
}

function stopAll(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop()
}

function timer(ms: number): { readonly promise: Promise<'no-way'>; readonly stop: () => void } {
  let stop = () => {}
  const promise = new Promise<'no-way'>(resolve => {
    const handle = setTimeout(() => resolve('no-way'), ms)
    stop = () => clearTimeout(handle)
  })
  return { promise, stop }
}

/**
 * A client of OpenAI's at Parley's own Realtime server: it takes the answer faster than it is spoken, falls silent when
 * the server hears its user, and says then how much of the answer it had played.
 */

import { Buffer } from 'node:buffer'
import { ParleyError, type Session } from '@parley/core'
import { createRealtimePeer, defaultRealtimeLimits, type RealtimePeer } from '@parley/transports'
import { createFarEar } from './far-ear.js'
import { callerFrame, type Edge, oneWay } from './far-side.js'
import { plainSession, resampling } from './plain-session.js'

const RATE = 24_000
const EPOCH_MS = 1_795_000_000_000

interface ServerEvent {
  readonly type: string
  readonly item_id?: string
  readonly delta?: string
}

export const clientEdge: Edge = {
  rate: RATE,
  async open(world) {
    const { clock, random, path } = world
    const ear = createFarEar({ clock, rate: RATE, bufferMs: 20 + path.jitterMs / 2 })
    const up = oneWay(clock, { delayMs: path.upMs, jitterMs: path.jitterMs, random })
    const down = oneWay(clock, { delayMs: path.downMs, jitterMs: path.jitterMs, random })
    const cut = new Set<string>()
    const lengths = new Map<string, number>()
    let session: Session | undefined

    const peer: RealtimePeer = createRealtimePeer({
      principal: { tenant: 'bench', subject: 'bench' },
      host: {
        async open({ transport, outputRate }) {
          session = plainSession(world, { listenRate: RATE, outputRate, opens: false })
          await session.start(transport)
          return { session: 'ses_bench', agent: 'bench', language: 'en', recogniser: 'far', voice: 'far' }
        },
      },
      clock,
      epochMs: () => EPOCH_MS + clock.now(),
      random,
      resampling,
      limits: defaultRealtimeLimits,
      log: { info: () => {}, warn: () => {} },
      query: { model: 'bench' },
      send: text => down(() => take(JSON.parse(text) as ServerEvent)),
      backlogBytes: () => 0,
      rttMs: () => path.upMs + path.downMs,
      end: () => {},
    })
    const send = (event: object) => up(() => peer.receive(JSON.stringify(event)))

    function take({ type, item_id: item = '', delta = '' }: ServerEvent): void {
      if (type === 'error') throw new ParleyError('bad_message', 'The server refused an event of the bench.')
      if (type === 'session.updated') send({ type: 'response.create' })
      if (type === 'response.output_audio.delta' && !cut.has(item)) {
        const bytes = Buffer.from(delta, 'base64')
        const samples = new Int16Array(bytes.length >> 1)
        for (let at = 0; at < samples.length; at++) samples[at] = bytes.readInt16LE(at * 2)
        const fromMs = lengths.get(item) ?? 0
        lengths.set(item, fromMs + (samples.length * 1000) / RATE)
        ear.arrive(samples, item, fromMs)
      }
      const playing = ear.playing
      if (type !== 'input_audio_buffer.speech_started' || playing === undefined) return
      const playedMs = ear.playedMs(playing)
      cut.add(playing)
      ear.cut(playing)
      const audio_end_ms = Math.floor(playedMs)
      send({ type: 'conversation.item.truncate', item_id: playing, content_index: 0, audio_end_ms })
    }

    send({
      type: 'session.update',
      session: { type: 'realtime', audio: { input: { turn_detection: { type: 'server_vad' } } } },
    })
    for (let ms = 0; session === undefined && ms < 5_000; ms += 100) await clock.advance(100)
    if (session === undefined) throw new ParleyError('timeout', 'No session was opened.')
    return {
      session,
      speak(loud) {
        const samples = callerFrame(RATE, loud)
        const audio = Buffer.from(samples.buffer).toString('base64')
        send({ type: 'input_audio_buffer.append', audio })
      },
      recording: () => ear.recording(),
    }
  },
}

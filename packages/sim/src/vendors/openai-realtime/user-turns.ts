/** The user's side of a session: sound comes in, turns are found or committed, and become items with words. */

import type { ItemAudio } from './conversation.js'
import { energyTurns, type TurnEdge } from './energy-turns.js'
import { busy, invalidRequest, type RealtimeFault } from './realtime-fault.js'
import { activeResponse, type RealtimePeer } from './realtime-peer.js'
import { respond } from './respond.js'
import { responseRequest } from './response-request.js'
import { transcriber } from './transcription.js'

/** Less sound cannot be committed, ms. */
const LEAST_MS = 100

export interface UserTurns {
  append(samples: Int16Array): void
  commit(): RealtimeFault | undefined
  clear(): void
  /** An item that came with sound of its own. */
  hearItem(itemId: string, audio: ItemAudio): void
}

export function userTurns(peer: RealtimePeer): UserTurns {
  const turns = energyTurns()
  const words = transcriber(peer)
  let cancelIdle = () => {}
  let answeredMs = 0
  peer.socket.signal.addEventListener('abort', () => cancelIdle(), { once: true })

  /** Nobody says anything after an answer: where the session wants it, the model is asked to go on. */
  peer.afterResponse = soundMs => {
    const idleMs = peer.settings.audio.input.turn_detection?.idle_timeout_ms
    cancelIdle()
    answeredMs = peer.input.totalMs
    if (typeof idleMs === 'number') cancelIdle = peer.clock.after(soundMs + idleMs, nudge)
  }

  function nudge(): void {
    if (turns.speaking || activeResponse(peer) !== undefined) return
    const place = { audio_start_ms: Math.round(answeredMs), audio_end_ms: Math.round(peer.input.totalMs) }
    peer.emit('input_audio_buffer.timeout_triggered', { ...place, item_id: words.nextId() })
    commitBuffer()
    answer()
  }

  function commitBuffer(): void {
    const itemId = words.nextId()
    const audio = { samples: peer.input.take(), rate: peer.input.rate }
    const item = {
      id: itemId,
      object: 'realtime.item',
      type: 'message',
      status: 'completed',
      role: 'user',
      content: [{ type: 'input_audio', transcript: null }],
    } as const
    const previous = peer.conversation.add(item)?.previous ?? null
    peer.emit('input_audio_buffer.committed', { previous_item_id: previous, item_id: itemId })
    peer.emit('conversation.item.added', { previous_item_id: previous, item })
    peer.emit('conversation.item.done', { previous_item_id: previous, item })
    hearItem(itemId, audio)
  }

  function hearItem(itemId: string, audio: ItemAudio): void {
    peer.conversation.audio.set(itemId, audio)
    const heard = words.transcribe(itemId, audio)
    peer.conversation.heard.set(itemId, heard)
    void heard.then(transcript => {
      const item = peer.conversation.get(itemId)
      const isWanted = peer.settings.audio.input.transcription !== null
      if (item !== undefined && isWanted)
        peer.conversation.set({ ...item, content: [{ type: 'input_audio', transcript }] })
    })
  }

  function onEdge(edge: TurnEdge): void {
    const detection = peer.settings.audio.input.turn_detection
    if (edge.kind === 'started') {
      cancelIdle()
      const item = words.nextId()
      peer.input.keepLast(peer.input.totalMs - edge.audioStartMs)
      peer.emit('input_audio_buffer.speech_started', { audio_start_ms: edge.audioStartMs, item_id: item })
      if (detection?.interrupt_response === true) activeResponse(peer)?.cancel('turn_detected')
      return
    }
    peer.emit('input_audio_buffer.speech_stopped', { audio_end_ms: edge.audioEndMs, item_id: words.nextId() })
    commitBuffer()
    if (detection?.create_response === true) answer()
  }

  function answer(): void {
    const active = activeResponse(peer)
    if (active !== undefined && peer.settings.audio.input.turn_detection?.interrupt_response !== true)
      return peer.refuse(busy(active.id), undefined, true)
    const asked = responseRequest(peer, {})
    if ('request' in asked) void respond(peer, asked.request)
  }

  return {
    hearItem,
    append(samples) {
      const detection = peer.settings.audio.input.turn_detection
      peer.input.append(samples)
      if (detection === null) {
        turns.pass(samples.length, peer.input.rate)
        return words.overhear()
      }
      for (const edge of turns.hear(samples, peer.input.rate, detection)) onEdge(edge)
      if (!turns.speaking) peer.input.keepLast((detection.prefix_padding_ms ?? 300) + LEAST_MS)
    },
    commit() {
      const { heldMs } = peer.input
      if (heldMs < LEAST_MS)
        return invalidRequest(
          'input_audio_buffer_commit_empty',
          `Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has ${heldMs.toFixed(2)}ms of audio.`,
        )
      turns.reset()
      commitBuffer()
      return undefined
    },
    clear() {
      peer.input.take()
      turns.reset()
      words.forget()
    },
  }
}

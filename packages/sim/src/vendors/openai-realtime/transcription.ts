/**
 * Words of the user's items. In a transcription session without turn detection they are told while sound comes in, under
 * the id the item will have; elsewhere after the commit.
 */

import type { SimWord } from '../sim-brains.js'
import type { SimPace } from '../sim-pace.js'
import type { ItemAudio } from './conversation.js'
import { type RealtimeFault, serverError, strikeAnswer } from './realtime-fault.js'
import type { RealtimePeer } from './realtime-peer.js'

const event = (name: string) => `conversation.item.input_audio_transcription.${name}`
/** How much new sound is worth listening again, ms. */
const STEP_MS = 400
/** A word that ends so near to the end of the sound may go on, ms. */
const OPEN_END_MS = 100

export interface Transcriber {
  /** Sound was appended to the buffer. */
  overhear(): void
  /** The buffer became an item; resolves with its words when all has been told. */
  transcribe(itemId: string, audio: ItemAudio): Promise<string>
  /** The id of the item that is to come. */
  nextId(): string
  /** The buffer was thrown away. */
  forget(): void
}

interface Utterance {
  readonly id: string
  readonly pace: SimPace
  told: number
  lookedMs: number
  isOver: boolean
}

export function transcriber(peer: RealtimePeer): Transcriber {
  let open: Utterance | undefined
  let queue: Promise<void> = Promise.resolve()

  function utterance(id: string): Utterance {
    return { id, pace: peer.temper.pace(), told: 0, lookedMs: 0, isOver: false }
  }

  function current(): Utterance {
    open ??= utterance(peer.newId('item'))
    return open
  }

  /** One after the other, as deltas of two items never mix here. */
  function inTurn<Result>(run: () => Promise<Result>): Promise<Result> {
    const result = queue.then(run)
    queue = result.then(
      () => {},
      () => {},
    )
    return result
  }

  async function words(audio: ItemAudio): Promise<readonly SimWord[]> {
    const language = String(peer.settings.audio.input.transcription?.language ?? '')
    return (await peer.brains.hear(audio.samples, audio.rate, language)).words
  }

  /** False once the answer is over. */
  async function tell(one: Utterance, known: readonly SimWord[]): Promise<boolean> {
    for (const { text } of known.slice(one.told)) {
      if (one.isOver || !(await due(one))) return false
      const delta = one.told++ === 0 ? text : ` ${text}`
      peer.emit(event('delta'), { item_id: one.id, content_index: 0, delta })
    }
    return true
  }

  async function due(one: Utterance): Promise<boolean> {
    const struck = await one.pace.next(peer.socket.signal)
    if (peer.socket.signal.aborted) one.isOver = true
    if (struck === undefined) return !one.isOver
    one.isOver = true
    const fault = strikeAnswer(peer, struck)
    if (fault !== undefined) fail(one, fault)
    return false
  }

  function isFailing(): boolean {
    const { failedTranscripts = 0 } = peer.quirks
    const isWanted = peer.settings.audio.input.transcription !== null
    if (isWanted && failedTranscripts > 0) peer.quirks.failedTranscripts = failedTranscripts - 1
    return isWanted && failedTranscripts > 0
  }

  function fail(one: Utterance, { code, message }: RealtimeFault): void {
    one.isOver = true
    const error = { type: 'transcription_error', code, message }
    peer.emit(event('failed'), { item_id: one.id, content_index: 0, error })
  }

  return {
    nextId: () => current().id,
    forget() {
      if (open !== undefined) open.isOver = true
      open = undefined
    },
    overhear() {
      const { input } = peer.settings.audio
      if (peer.settings.type !== 'transcription' || input.turn_detection !== null) return
      if (input.transcription === null) return
      const one = current()
      if (peer.input.heldMs - one.lookedMs < STEP_MS) return
      one.lookedMs = peer.input.heldMs
      const audio = { samples: peer.input.peek(), rate: peer.input.rate }
      const untilMs = peer.input.heldMs - OPEN_END_MS
      void inTurn(async () => {
        if (one.isOver) return
        const known = await words(audio).catch(() => [])
        await tell(
          one,
          known.filter(({ endMs }) => endMs < untilMs),
        )
      })
    },
    transcribe(itemId, audio) {
      const one = open?.id === itemId ? open : utterance(itemId)
      if (open?.id === itemId) open = undefined
      return inTurn(async () => {
        const known = isFailing() ? undefined : await words(audio).catch(() => undefined)
        if (known === undefined) fail(one, serverError)
        if (known === undefined) return ''
        const transcript = known.map(({ text }) => text).join(' ')
        if (peer.settings.audio.input.transcription === null || one.isOver) return transcript
        if (!(await tell(one, known))) return transcript
        if (known.length === 0 && !(await due(one))) return transcript
        const seconds = audio.samples.length / audio.rate
        const done = { item_id: itemId, content_index: 0, transcript, usage: { type: 'duration', seconds } }
        peer.emit(event('completed'), done)
        return transcript
      })
    },
  }
}

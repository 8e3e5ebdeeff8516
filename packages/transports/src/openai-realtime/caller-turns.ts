/**
 * The caller's side: where speech begins and ends, and the items that become of it. A turn that goes on after its answer
 * had begun becomes a second item with the new words.
 */
import type { SessionEvent, TurnId } from '@parley/core'
import { invalidRequest, type RealtimeFault, type RealtimeItem } from '@parley/protocol'
import type { InputSound } from './input-sound.js'
import type { PeerState } from './peer-state.js'
import { steerOf } from './steer-of.js'
import { openTranscript, type Transcript } from './transcripts.js'

type EventOf<Kind extends SessionEvent['kind']> = Extract<SessionEvent, { kind: Kind }>

/** Less sound cannot be committed, ms. */
const LEAST_MS = 100
/** A word or two, ms. */
const SHORT_MS = 700
/** Turns whose words may still come. */
const KEPT_TURNS = 8

export interface CallerTurnsHost {
  /** The caller began to speak, and was told so. */
  speaking(): void
  /** Whether words can be heard at all. */
  canHear(): boolean
}

/** What is being said, before it is an item. */
interface Saying {
  readonly itemId: string
  readonly startMs: number
  readonly transcript: Transcript
  turn: TurnId | undefined
  isTold: boolean
}

export class CallerTurns {
  readonly #peer: PeerState
  readonly #input: InputSound
  readonly #host: CallerTurnsHost
  /** The last words of each turn. */
  readonly #transcripts = new Map<TurnId, Transcript>()
  readonly #committed = new Set<TurnId>()
  #saying: Saying | undefined
  /** The client commits just now: the turn that the session closes is this item. */
  #committing: Saying | undefined
  #dropping = false

  constructor(peer: PeerState, input: InputSound, host: CallerTurnsHost) {
    this.#peer = peer
    this.#input = input
    this.#host = host
  }

  /** The caller is heard in a turn: it begins, or goes on. */
  speech({ turn, mediaMs, kind }: EventOf<'speech-started' | 'speech-ended'>): void {
    if (this.#saying?.turn === turn || this.#dropping) return
    // What was said over the agent in a word or two is known when it ended.
    const fromMs = kind === 'speech-ended' ? mediaMs - SHORT_MS : mediaMs
    const saying = this.#open(turn, this.#input.totalAt(fromMs))
    const detection = this.#peer.settings.audio.input.turn_detection
    if (detection === null) return
    saying.isTold = true
    const audio_start_ms = Math.round(saying.startMs)
    this.#peer.emit('input_audio_buffer.speech_started', { audio_start_ms, item_id: saying.itemId })
    this.#host.speaking()
  }

  words({ turn, text }: EventOf<'transcript-partial'>): void {
    this.#transcripts.get(turn)?.partial(text)
  }

  finalWords({ turn, text, origin, startMs }: EventOf<'transcript-final'>): void {
    if (origin === 'text') return
    // A vendor may hear a whole turn that nobody here saw begin.
    if (!this.#transcripts.has(turn) && this.#committed.has(turn)) {
      const underWay = this.#saying
      this.#open(turn, this.#input.totalAt(startMs))
      this.#commit()
      this.#saying = underWay
    }
    this.#transcripts.get(turn)?.final(text)
  }

  turnCommitted({ turn }: EventOf<'turn-committed'>): void {
    if (this.#dropping) return
    this.#note(turn)
    const saying = this.#committing ?? (this.#saying?.turn === turn ? this.#saying : undefined)
    if (this.#committing !== undefined) this.#bind(this.#committing, turn)
    else if (saying !== undefined) this.#commit()
  }

  turnReopened(turn: TurnId): void {
    this.#committed.delete(turn)
  }

  /** `input_audio_buffer.commit`. */
  commitByClient(): RealtimeFault | undefined {
    const { heldMs } = this.#input
    if (heldMs < LEAST_MS)
      return invalidRequest(
        'input_audio_buffer_commit_empty',
        `Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has ${heldMs.toFixed(2)}ms of audio.`,
      )
    const saying = this.#saying ?? this.#open(undefined, this.#input.totalMs - heldMs)
    this.#commit()
    this.#committing = saying
    this.#endTurn()
    this.#committing = undefined
    return undefined
  }

  /** A turn that the client ends is not answered by itself, whoever else ends turns. */
  #endTurn(): void {
    const { inbox, settings } = this.#peer
    const steer = steerOf(settings)
    const isAnswered = steer.answers === 'itself'
    if (isAnswered) inbox?.steering.configure({ ...steer, answers: 'asked' })
    inbox?.commit()
    if (isAnswered) inbox?.steering.configure(steer)
  }

  /** `input_audio_buffer.clear`: what was said since the last turn is said in vain. */
  clear(): void {
    const { inbox, settings } = this.#peer
    const turn = this.#saying?.turn
    this.#input.take(0)
    this.#saying = undefined
    if (inbox === undefined) return
    const { steering } = inbox
    if (settings.audio.input.turn_detection === null) return steering.forgetSound()
    if (turn === undefined) return
    // A turn that began can only be over: it is, unanswered, and then it is taken back.
    this.#dropping = true
    steering.callOff()
    this.#endTurn()
    steering.forget({ turn })
    this.#dropping = false
    this.#transcripts.delete(turn)
  }

  /** A turn of silence, which the caller's own quiet made. */
  commitSilence(): string {
    const saying = this.#open(undefined, this.#input.totalMs - this.#input.heldMs)
    const place = {
      audio_start_ms: Math.round(saying.startMs),
      audio_end_ms: Math.round(this.#input.totalMs),
    }
    this.#peer.emit('input_audio_buffer.timeout_triggered', { ...place, item_id: saying.itemId })
    this.#commit()
    return saying.itemId
  }

  /** Whether what comes in may become part of an item that began long ago. */
  get mayGoOn(): boolean {
    return this.speaking || this.#peer.settings.audio.input.turn_detection === null
  }

  get speaking(): boolean {
    return this.#saying !== undefined
  }

  close(): void {
    for (const transcript of this.#transcripts.values()) transcript.close()
  }

  #open(turn: TurnId | undefined, totalMs: number): Saying {
    const itemId = this.#peer.newId('item')
    const detection = this.#peer.settings.audio.input.turn_detection
    const paddingMs = detection?.type === 'server_vad' ? (detection.prefix_padding_ms ?? 300) : 0
    const before = turn === undefined ? undefined : this.#transcripts.get(turn)
    before?.close()
    const transcript = openTranscript(this.#peer, {
      itemId,
      before: before?.turnText ?? '',
      canHear: this.#host.canHear(),
    })
    const saying = {
      itemId,
      startMs: Math.max(0, totalMs - paddingMs),
      transcript,
      turn: undefined,
      isTold: false,
    }
    this.#saying = saying
    if (turn !== undefined) this.#bind(saying, turn)
    return saying
  }

  #bind(saying: Saying, turn: TurnId): void {
    if (saying.turn === turn) return
    saying.turn = turn
    this.#transcripts.set(turn, saying.transcript)
    const oldest = this.#transcripts.keys().next().value
    if (this.#transcripts.size > KEPT_TURNS && oldest !== undefined) this.#transcripts.delete(oldest)
    const booked = this.#peer.items.get(saying.itemId)
    if (booked !== undefined) booked.place = { turn }
  }

  #note(turn: TurnId): void {
    this.#committed.add(turn)
    const oldest = this.#committed.values().next().value
    if (this.#committed.size > KEPT_TURNS && oldest !== undefined) this.#committed.delete(oldest)
  }

  #commit(): void {
    const saying = this.#saying
    if (saying === undefined) return
    this.#saying = undefined
    const { items, sound } = this.#peer
    const { itemId, startMs, turn } = saying
    const { totalMs } = this.#input
    if (saying.isTold)
      this.#peer.emit('input_audio_buffer.speech_stopped', {
        audio_end_ms: Math.round(totalMs),
        item_id: itemId,
      })
    const item: RealtimeItem = {
      id: itemId,
      object: 'realtime.item',
      type: 'message',
      status: 'completed',
      role: 'user',
      content: [{ type: 'input_audio', transcript: null }],
    }
    const previous_item_id = items.add(item, turn === undefined ? undefined : { turn })?.previous ?? null
    this.#peer.emit('input_audio_buffer.committed', { previous_item_id, item_id: itemId })
    this.#peer.emit('conversation.item.added', { previous_item_id, item })
    this.#peer.emit('conversation.item.done', { previous_item_id, item })
    const heard = this.#input.take(startMs)
    if (heard !== undefined) sound.add(itemId, heard.samples, heard.rate)
    saying.transcript.committed(Math.max(0, totalMs - startMs) / 1000)
  }
}

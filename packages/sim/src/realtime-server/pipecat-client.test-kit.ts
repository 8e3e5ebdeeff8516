/**
 * The client that Pipecat's OpenAI Realtime service is, by its behaviour: its settings whole with every update, its
 * context as items before the first answer, truncation at the lesser of the time gone by and the sound received, and
 * every error but two the end of the talk. Its speaker plays what arrives at once, from its first sample on.
 */
import type { Event } from '../vendors/openai-realtime/realtime-client.test-kit.js'
import { appendOf, type ClientLine, type ClientStage, msOf } from './client-stage.test-kit.js'
import { pipecatFault } from './pipecat-events.test-kit.js'

export interface PipecatOptions {
  /** Session properties; `turn_detection: null` in them is its manual mode. */
  readonly session?: Record<string, unknown>
  readonly tools?: Readonly<Record<string, (given: unknown) => unknown>>
  /** How long a tool takes, ms. */
  readonly toolMs?: number
  /** Sound kept to be sent again after a clear, ms. */
  readonly prerollMs?: number
}

interface Playing {
  readonly itemId: string
  readonly contentIndex: number
  readonly sinceMs: number
  soundMs: number
}

const tolerated = ['response_cancel_not_active', 'conversation_already_has_active_response']

export class PipecatClient {
  /** Why its receive loop ended. */
  readonly fatal: string[] = []
  readonly tolerated: string[] = []
  readonly usages: Event[] = []
  readonly failures: string[] = []
  readonly transcripts: string[] = []
  readonly retrieved: Event[] = []
  readonly cuts: number[] = []
  text = ''
  readonly #stage: ClientStage
  readonly #options: PipecatOptions
  readonly #line: ClientLine
  readonly #calls = new Map<string, string>()
  #context: readonly object[] | undefined
  #isReady = false
  #runs = false
  #isSetUp = false
  #playing: Playing | undefined
  #playedOutMs = 0
  #count = 0
  #preroll: Int16Array[] = []

  constructor(stage: ClientStage, options: PipecatOptions = {}) {
    this.#stage = stage
    this.#options = options
    this.#line = stage.connect(event => this.#take(event))
  }

  get isPlaying(): boolean {
    return this.#playing !== undefined
  }

  /** The first context of the pipeline: the agent is to speak. */
  begin(...messages: readonly { readonly role: string; readonly text: string }[]): void {
    this.#context = messages.map(({ role, text }) => ({
      id: this.#hex(),
      type: 'message',
      role,
      content: [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }],
    }))
    this.#createResponse()
  }

  hear = (samples: Int16Array): void => {
    this.#send(appendOf(samples))
    this.#preroll.push(samples)
    const most = (this.#options.prerollMs ?? 500) / 20
    if (this.#preroll.length > most) this.#preroll.shift()
  }

  /** Manual mode: the pipeline's own ear heard that the caller began, and interrupts. */
  userStarted(): void {
    this.#send({ type: 'input_audio_buffer.clear' })
    this.#send(appendOf(Int16Array.from(this.#preroll.flatMap(each => [...each]))))
    this.#send({ type: 'response.cancel' })
    this.#truncate()
  }

  userStopped(): void {
    this.#send({ type: 'input_audio_buffer.commit' })
    this.#send({ type: 'response.create' })
  }

  retrieve(itemId: string): void {
    this.#send({ type: 'conversation.item.retrieve', item_id: itemId, event_id: `rci_${itemId}` })
  }

  updateSession(): void {
    const session = { type: 'realtime', model: 'gpt-realtime', ...this.#options.session }
    this.#send({ type: 'session.update', session })
  }

  #take(event: Event): void {
    if (this.fatal.length > 0) return
    const fault = pipecatFault(event)
    if (fault !== '') return void this.fatal.push(fault)
    switch (event.type) {
      case 'session.created':
        return this.updateSession()
      case 'session.updated':
        this.#isReady = true
        if (this.#runs) this.#createResponse()
        return
      case 'response.output_audio.delta':
        return this.#play(event)
      case 'conversation.item.added':
        if (event.item.type === 'function_call') this.#calls.set(event.item.call_id, event.item.name)
        return
      case 'conversation.item.input_audio_transcription.completed':
        return void this.transcripts.push(event.transcript)
      case 'conversation.item.retrieved':
        return void this.retrieved.push(event.item)
      case 'response.output_text.delta':
        this.text += event.delta
        return
      case 'input_audio_buffer.speech_started':
        return this.#truncate()
      case 'response.function_call_arguments.done':
        return this.#call(event)
      case 'response.done':
        return this.#done(event)
      case 'error':
        return this.#failed(event)
    }
  }

  #done({ response }: Event): void {
    const { input_tokens, output_tokens, total_tokens, input_token_details } = response.usage
    this.usages.push({ input_tokens, output_tokens, total_tokens, cached: input_token_details.cached_tokens })
    if (response.status === 'failed') this.failures.push(response.status_details.error.message)
  }

  #failed({ error }: Event): void {
    if (error.code === 'item_retrieve_invalid_item_id')
      this.retrieved.push({ missing: error.event_id.split('_').slice(1).join('_') })
    else if (tolerated.includes(error.code)) this.tolerated.push(error.code)
    else this.fatal.push(`${error.code}: ${error.message}`)
  }

  #play({ item_id, content_index, delta }: Event): void {
    const { clock } = this.#stage
    const soundMs = msOf(delta)
    if (this.#playing?.itemId !== item_id)
      this.#playing = { itemId: item_id, contentIndex: content_index, sinceMs: clock.now(), soundMs: 0 }
    if (this.#playing !== undefined) this.#playing.soundMs += soundMs
    this.#playedOutMs = Math.max(this.#playedOutMs, clock.now()) + soundMs
    clock.after(this.#playedOutMs - clock.now(), () => {
      if (clock.now() >= this.#playedOutMs) this.#playing = undefined
    })
  }

  #truncate(): void {
    const playing = this.#playing
    if (playing === undefined) return
    this.#playing = undefined
    this.#playedOutMs = 0
    const { itemId: item_id, contentIndex: content_index, sinceMs, soundMs } = playing
    const audio_end_ms = Math.trunc(Math.min(this.#stage.clock.now() - sinceMs, soundMs))
    this.cuts.push(audio_end_ms)
    this.#send({ type: 'conversation.item.truncate', item_id, content_index, audio_end_ms })
  }

  #call({ call_id, arguments: given }: Event): void {
    const name = this.#calls.get(call_id)
    if (name === undefined) return
    this.#calls.delete(call_id)
    const output = JSON.stringify(this.#options.tools?.[name]?.(JSON.parse(given)))
    this.#stage.clock.after(this.#options.toolMs ?? 0, () => {
      this.#send({
        type: 'conversation.item.create',
        item: { id: this.#hex(), type: 'function_call_output', call_id, output },
      })
      this.#createResponse()
    })
  }

  #createResponse(): void {
    this.#runs = !this.#isReady
    if (this.#runs) return
    if (!this.#isSetUp) {
      for (const item of this.#context ?? []) this.#send({ type: 'conversation.item.create', item })
      this.updateSession()
      this.#isSetUp = true
    }
    const output_modalities = this.#options.session?.output_modalities ?? ['audio']
    this.#send({ type: 'response.create', response: { output_modalities } })
  }

  #send(event: object): void {
    this.#line.send({ event_id: `00000000-0000-4000-8000-${this.#number()}`, ...event })
  }

  /** As a UUID in hex is: 32 digits. */
  #hex(): string {
    return `${'0'.repeat(20)}${this.#number()}`
  }

  #number(): string {
    return String(++this.#count).padStart(12, '0')
  }
}

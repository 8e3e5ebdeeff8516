/**
 * The client that LiveKit's OpenAI plugin is, by its behaviour: settings typed and with nulls, a copy of the conversation
 * that is kept by `previous_item_id`, changes of it that wait five seconds at most to be confirmed item by item, answers
 * known by their metadata, interruption and truncation at what its room played, and a new connection that is given the
 * conversation again. Whatever its handlers would throw at is in `broken`.
 */
import type { Event } from '../vendors/openai-realtime/realtime-client.test-kit.js'
import { appendOf, type ClientLine, type ClientStage, msOf } from './client-stage.test-kit.js'

export interface LiveKitItem {
  readonly id: string
  readonly type: string
  readonly role?: string
  readonly texts: string[]
  readonly call?: Event
}

interface Generation {
  readonly messages: Map<string, { text: string; soundMs: number; isOver: boolean }>
  readonly calls: Event[]
}

interface Spoken {
  readonly itemId: string
  readonly sinceMs: number
  soundMs: number
}

const WAIT_MS = 5_000

export interface LiveKitOptions {
  readonly instructions?: string
  readonly turnDetection?: object | null
}

export class LiveKitClient {
  readonly broken: string[] = []
  readonly errors: string[] = []
  /** Responses that were asked for and told, by their client ids. */
  readonly answered: string[] = []
  readonly heard: string[] = []
  readonly calls: Event[] = []
  readonly cuts: number[] = []
  readonly #stage: ClientStage
  readonly #options: LiveKitOptions
  readonly #waiting = new Map<string, () => void>()
  #line: ClientLine
  #chat: LiveKitItem[] = []
  #generation: Generation | undefined
  #playing: Spoken | undefined
  #count = 0
  #pushedMs = 0
  #tools: readonly object[] = []
  readonly #gone = new Set<string>()

  constructor(stage: ClientStage, options: LiveKitOptions = {}) {
    this.#stage = stage
    this.#options = options
    this.#line = stage.connect((event, line) => this.#take(event, line))
    this.#sendSession()
  }

  get chat(): readonly LiveKitItem[] {
    return this.#chat
  }

  get playing(): string | undefined {
    return this.#playing?.itemId
  }

  hear = (samples: Int16Array): void => {
    this.#line.send(appendOf(samples))
    this.#pushedMs += samples.length / 24
  }

  updateTools(tools: readonly object[]): void {
    this.#tools = tools
    this.#send('tools_update', {
      type: 'session.update',
      session: { type: 'realtime', model: 'gpt-realtime', tools },
    })
  }

  updateInstructions(instructions: string): void {
    this.#send('instructions_update', { type: 'session.update', session: { type: 'realtime', instructions } })
  }

  updateOptions(session: object): void {
    this.#send('options_update', { type: 'session.update', session: { type: 'realtime', ...session } })
  }

  /** Makes the conversation what is given; rejects where it was not confirmed in time. */
  async updateChat(items: readonly LiveKitItem[]): Promise<void> {
    const events = this.#changes(items)
    const confirmed = events.map(({ of, event }) => {
      const wait = this.#wait(of)
      this.#send('chat_ctx', event)
      return wait
    })
    await Promise.all(confirmed)
  }

  /** As it does with a message whose words changed: out, and in again under its name where it was. */
  async rewrite(id: string, text: string): Promise<void> {
    const at = this.#chat.findIndex(item => item.id === id)
    const item = this.#chat[at]
    if (item === undefined) return
    const confirmed = [this.#wait(`delete ${id}`), this.#wait(id)]
    this.#send('chat_ctx', { type: 'conversation.item.delete', item_id: id })
    const previous_item_id = this.#chat[at - 1]?.id ?? 'root'
    const written = wireItem({ ...item, texts: [text] })
    this.#send('chat_ctx', { type: 'conversation.item.create', previous_item_id, item: written })
    await Promise.all(confirmed)
  }

  /** Resolves once the answer is told to have begun. */
  generateReply(instructions: string | null = null): Promise<void> {
    const id = `response_create_${++this.#count}`
    const wait = this.#wait(id)
    const response = { instructions, metadata: { client_event_id: id } }
    this.#line.send({ type: 'response.create', event_id: id, response })
    return wait
  }

  commitAudio(): void {
    if (this.#pushedMs > 100) this.#line.send({ type: 'input_audio_buffer.commit' })
    this.#pushedMs = 0
  }

  clearAudio(): void {
    this.#line.send({ type: 'input_audio_buffer.clear' })
    this.#pushedMs = 0
  }

  /** As its agent does when the caller speaks, or the application wants quiet. */
  interrupt(): void {
    this.#line.send({ type: 'response.cancel' })
    const playing = this.#playing
    if (playing === undefined) return
    this.#playing = undefined
    const audio_end_ms = Math.trunc(Math.min(this.#stage.clock.now() - playing.sinceMs, playing.soundMs))
    this.truncate(playing.itemId, audio_end_ms)
  }

  truncate(item_id: string, audio_end_ms: number): void {
    this.cuts.push(audio_end_ms)
    this.#line.send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms })
  }

  /** At the longest time of a session: a new one is given the settings, the tools, and what was said. */
  reconnect(): void {
    this.#line.close()
    this.#generation = undefined
    const said = this.#chat.filter(({ type, texts }) => type === 'message' && texts.length > 0)
    this.#chat = []
    this.#line = this.#stage.connect((event, line) => this.#take(event, line))
    this.#sendSession()
    if (this.#tools.length > 0) this.updateTools(this.#tools)
    for (const { event } of this.#changes(said)) this.#send('chat_ctx', event)
  }

  #take(event: Event, line: ClientLine): void {
    if (line !== this.#line) return
    try {
      this.#handle(event)
    } catch (thrown) {
      this.broken.push(`${event.type}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    }
  }

  #handle(event: Event): void {
    switch (event.type) {
      case 'input_audio_buffer.speech_started':
        return this.interrupt()
      case 'response.created':
        return this.#created(event)
      case 'response.output_item.added':
        if (event.item.type === 'message')
          this.#now().messages.set(event.item.id, { text: '', soundMs: 0, isOver: false })
        return
      case 'response.content_part.added':
        this.#message(event.item_id)
        if (event.part.type !== 'audio' && event.part.type !== 'text') throw new Error('no such part')
        return
      case 'conversation.item.added':
        return this.#added(event)
      case 'conversation.item.deleted':
        return this.#deleted(event)
      case 'conversation.item.input_audio_transcription.completed':
        this.#item(event.item_id)?.texts.push(event.transcript)
        return void this.heard.push(event.transcript)
      case 'response.output_text.delta':
      case 'response.output_audio_transcript.delta':
        this.#message(event.item_id).text += event.delta
        return
      case 'response.output_audio.delta':
        return this.#play(event)
      case 'response.output_audio_transcript.done':
        this.#now()
        return void this.#item(event.item_id)?.texts.push(event.transcript)
      case 'response.output_item.done':
        return this.#itemDone(event)
      case 'response.done':
        return this.#done(event)
      case 'error':
        if (!event.error.message.startsWith('Cancellation failed'))
          this.errors.push(`${event.error.code}: ${event.error.message}`)
    }
  }

  #created({ response }: Event): void {
    if (this.#generation !== undefined) throw new Error('an answer began in another')
    this.#generation = { messages: new Map(), calls: [] }
    const id = response.metadata?.client_event_id
    if (id === undefined) return
    this.answered.push(id)
    this.#confirm(id)
  }

  #added({ item, previous_item_id: behind }: Event): void {
    if (this.#chat.some(({ id }) => id === item.id)) throw new Error('there already')
    const at = behind === null ? 0 : this.#chat.findIndex(({ id }) => id === behind) + 1
    if (behind !== null && at === 0) throw new Error(`nothing known as ${behind}`)
    this.#chat.splice(at, 0, itemOf(item))
    this.#confirm(item.id)
  }

  #deleted({ item_id }: Event): void {
    if (!this.#chat.some(({ id }) => id === item_id)) throw new Error('deleted what is not there')
    this.#chat = this.#chat.filter(({ id }) => id !== item_id)
    this.#gone.add(item_id)
    this.#confirm(`delete ${item_id}`)
  }

  #play({ item_id, delta }: Event): void {
    const { clock } = this.#stage
    const message = this.#message(item_id)
    if (message.isOver) throw new Error('sound after its end')
    const soundMs = msOf(delta)
    message.soundMs += soundMs
    const before = this.#playing
    const playing =
      before !== undefined && before.itemId === item_id
        ? before
        : { itemId: item_id, sinceMs: clock.now(), soundMs: 0 }
    this.#playing = playing
    playing.soundMs += soundMs
    clock.after(playing.sinceMs + playing.soundMs - clock.now(), () => {
      if (this.#playing === playing && clock.now() >= playing.sinceMs + playing.soundMs)
        this.#playing = undefined
    })
  }

  #itemDone({ item }: Event): void {
    if (item.type === 'message') this.#message(item.id).isOver = true
    else if (typeof item.call_id !== 'string' || typeof item.name !== 'string')
      throw new Error('a call without a name')
    else {
      JSON.parse(item.arguments)
      this.#now().calls.push(item)
    }
  }

  #done({ response }: Event): void {
    const { calls } = this.#now()
    this.#generation = undefined
    const { input_token_details: of, output_tokens } = response.usage
    for (const count of [of.audio_tokens, of.cached_tokens, of.text_tokens, output_tokens])
      if (!Number.isInteger(count)) throw new Error('no count of tokens')
    this.calls.push(...calls)
  }

  #now(): Generation {
    if (this.#generation === undefined) throw new Error('no answer is under way')
    return this.#generation
  }

  #message(id: string) {
    const message = this.#now().messages.get(id)
    if (message === undefined) throw new Error(`no message ${id}`)
    return message
  }

  /** Undefined where the client took it out. */
  #item(id: string): LiveKitItem | undefined {
    const item = this.#chat.find(each => each.id === id)
    if (item === undefined && !this.#gone.has(id)) throw new Error(`no item ${id}`)
    return item
  }

  /** The changes that make one conversation the other: what goes first, then what comes, each behind the one before. */
  #changes(items: readonly LiveKitItem[]): { readonly of: string; readonly event: object }[] {
    const kept = new Set(items.map(({ id }) => id))
    const known = new Set(this.#chat.map(({ id }) => id))
    // What has no words here is sound whose words are not known; it is left.
    const gone = this.#chat.filter(
      ({ id, type, texts }) => !kept.has(id) && !(type === 'message' && texts.length === 0),
    )
    return [
      ...gone.map(({ id }) => ({
        of: `delete ${id}`,
        event: { type: 'conversation.item.delete', item_id: id },
      })),
      ...items.flatMap((item, index) =>
        known.has(item.id)
          ? []
          : [
              {
                of: item.id,
                event: {
                  type: 'conversation.item.create',
                  previous_item_id: items[index - 1]?.id ?? 'root',
                  item: wireItem(item),
                },
              },
            ],
      ),
    ]
  }

  #sendSession(): void {
    const format = { type: 'audio/pcm', rate: 24_000 }
    const semantic = {
      type: 'semantic_vad',
      create_response: true,
      eagerness: 'medium',
      interrupt_response: true,
    }
    const { instructions, turnDetection: turn_detection = semantic } = this.#options
    const input = {
      format,
      noise_reduction: null,
      transcription: { model: 'gpt-4o-mini-transcribe' },
      turn_detection,
    }
    const session = {
      type: 'realtime',
      model: 'gpt-realtime',
      output_modalities: ['audio'],
      audio: { input, output: { format, speed: null, voice: 'marin' } },
      max_output_tokens: 'inf',
      tool_choice: 'auto',
      tracing: null,
      ...(instructions === undefined ? {} : { instructions }),
    }
    this.#send('session_update', { type: 'session.update', session })
  }

  #send(prefix: string, event: object): void {
    this.#line.send({ ...event, event_id: `${prefix}_${++this.#count}` })
  }

  #wait(key: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(key, resolve)
      this.#stage.clock.after(WAIT_MS, () => reject(new Error(`${key} timed out`)))
    })
  }

  #confirm(key: string): void {
    this.#waiting.get(key)?.()
    this.#waiting.delete(key)
  }
}

function itemOf(item: Event): LiveKitItem {
  if (item.type === 'function_call' || item.type === 'function_call_output')
    return { id: item.id, type: item.type, texts: [], call: item }
  const parts: Event[] = item.content
  const texts = parts
    .map(({ text, transcript }) => text ?? transcript)
    .filter(text => typeof text === 'string')
  return { id: item.id, type: 'message', role: item.role, texts: texts.filter(text => text !== '') }
}

function wireItem({ id, type, role, texts, call }: LiveKitItem): object {
  if (type === 'function_call_output') return { id, type, call_id: call?.call_id, output: call?.output }
  if (type === 'function_call')
    return { id, type, call_id: call?.call_id, name: call?.name, arguments: call?.arguments }
  const part = role === 'assistant' ? 'output_text' : 'input_text'
  return { id, type, role, content: texts.map(text => ({ type: part, text })) }
}

/**
 * A speech-to-speech vendor of the test's own: it keeps the conversation as a vendor does, refuses what a vendor refuses,
 * speaks coded speech faster than it sounds, and says what the test has written.
 */

import {
  type Cancel,
  type FarAsk,
  type FarEvent,
  type FarItem,
  type FarSession,
  type FarSessionOptions,
  type FarSettings,
  ParleyError,
  type SpeechToSpeech,
  type ToolCall,
} from '@parley/core'
import { codeSpeech, readSpeech } from '@parley/sim'

/** What it answers: text to be spoken, or a call, or a failure; `breaks`: the session is lost after so much sound, ms. */
export type FarLineOfScript =
  | string
  | { readonly call: ToolCall; readonly text?: string }
  | { readonly fails: ParleyError }
  | { readonly text: string; readonly breaksAfterMs: number }
  | 'nothing'

export interface ScriptedFarOptions {
  readonly name?: string
  /** Hz. Default 16,000. */
  readonly rate?: number
  /** From the ask to the first event, ms. Default 200. */
  readonly thinkMs?: number
  /** How many times as fast as it sounds the sound comes. Default 5. */
  readonly speed?: number
  readonly lifeMs?: number
  /** Refuses every session with this. */
  refuses?: ParleyError | undefined
  /** From the commit to the words of the turn, ms. Default 150. */
  readonly wordsMs?: number
  answer(ask: FarAsk, session: ScriptedSession): FarLineOfScript
}

export interface ScriptedItem {
  readonly id: string
  readonly kind: 'system' | 'user' | 'assistant' | 'tool-call' | 'tool-result'
  readonly text: string
  /** Of a result. */
  readonly call?: string
  /** Sound of it, ms; 0 for text. */
  ms: number
}

export class ScriptedSession implements FarSession {
  readonly options: FarSessionOptions
  readonly asks: FarAsk[] = []
  readonly refusals: string[] = []
  items: ScriptedItem[] = []
  /** Sound heard since the last commit, in words and ms. */
  buffer: Int16Array[] = []
  heardMs = 0
  /** The sound of each turn that was committed. */
  turns: Int16Array[] = []
  changes: Partial<FarSettings>[] = []
  closed = false
  readonly #far: ScriptedFarOptions
  #active: { readonly ask: FarAsk; stop(): void } | undefined
  #queue: FarAsk[] = []
  #named = 0
  #timers = new Set<Cancel>()

  constructor(options: FarSessionOptions, far: ScriptedFarOptions) {
    this.options = options
    this.#far = far
    const { refuses, lifeMs } = far
    this.#after(50, () => {
      if (refuses !== undefined) return this.lose(refuses)
      const expires = lifeMs === undefined ? {} : { expiresAtMs: options.clock.now() + lifeMs }
      this.tell({ kind: 'ready', ...expires })
      if (lifeMs !== undefined)
        this.#after(lifeMs, () => this.lose(new ParleyError('session_expired', 'The hour is over.')))
    })
  }

  /** The conversation, a line for each item. */
  get memory(): string[] {
    return this.items.map(({ kind, text, ms }) => `${kind}: ${text}${ms > 0 ? ` [${ms}]` : ''}`)
  }

  get bufferMs(): number {
    return this.buffer.reduce((sum, each) => sum + (each.length * 1000) / this.options.rate, 0)
  }

  tell(event: FarEvent): void {
    if (!this.closed) this.options.onEvent(event)
  }

  lose(error: ParleyError): void {
    if (this.closed) return
    this.options.onEvent({ kind: 'lost', error })
    this.#end()
  }

  hear(samples: Int16Array): void {
    if (this.closed) return
    this.buffer.push(samples.slice())
    this.heardMs += (samples.length * 1000) / this.options.rate
  }

  forgetSound(): void {
    this.buffer = []
  }

  commit(): void {
    if (this.closed) return
    const ms = Math.round(this.bufferMs)
    if (ms < 100) return this.tell({ kind: 'commit-empty' })
    const sound = Int16Array.from(this.buffer.flatMap(each => [...each]))
    this.turns.push(sound)
    const heard = readSpeech(sound, this.options.rate)
    this.buffer = []
    const item = this.#put('user', heard.text, ms)
    this.#after(20, () => this.tell({ kind: 'committed', item }))
    const text = heard.text
    if (this.options.transcribes)
      this.#after(this.#far.wordsMs ?? 150, () => this.tell({ kind: 'transcript', item, text, final: true }))
  }

  /** The vendor's own ear ended a turn. */
  commitBy(text: string): void {
    const item = this.#put('user', text, Math.round(this.bufferMs))
    this.buffer = []
    this.tell({ kind: 'committed', item })
  }

  add(item: FarItem, behind?: string | null): void {
    if (this.closed) return
    const kind = item.kind === 'message' ? item.role : item.kind
    const text = item.kind === 'tool-call' ? `${item.call.name} ${item.call.id}` : item.text
    const at = behind === undefined ? this.items.length : behind === null ? 0 : this.#placeOf(behind) + 1
    if (behind !== undefined && behind !== null && at === 0) return this.#refuse(`add behind ${behind}`)
    if (this.items.some(({ id }) => id === item.id)) return this.#refuse(`add ${item.id} twice`)
    const call = item.kind === 'tool-result' ? { call: item.call } : {}
    this.items.splice(at, 0, { id: item.id, kind, text, ms: 0, ...call })
  }

  remove(item: string): void {
    if (this.closed) return
    if (this.#placeOf(item) < 0) return this.#refuse(`remove ${item}`)
    this.items = this.items.filter(({ id }) => id !== item)
  }

  truncate(item: string, ms: number): void {
    if (this.closed) return
    const known = this.items[this.#placeOf(item)]
    if (known?.kind !== 'assistant' || !Number.isInteger(ms) || ms > known.ms || ms <= 0)
      return this.#refuse(`truncate ${item} at ${ms} of ${known?.ms}`)
    known.ms = ms
  }

  respond(ask: FarAsk): void {
    if (this.closed) return
    this.asks.push(ask)
    const results = this.items.filter(({ kind }) => kind === 'tool-result')
    for (const { kind, text } of this.items)
      if (
        kind === 'tool-call' &&
        ask.beside !== true &&
        !results.some(({ call }) => call === text.split(' ')[1])
      )
        this.refusals.push(`respond behind the open call ${text}`)
    if (ask.beside !== true && this.#active !== undefined) this.#queue.push(ask)
    else this.#run(ask)
  }

  cancel(ask: string): void {
    if (this.#active?.ask.id === ask) return this.#active.stop()
    this.#queue = this.#queue.filter(({ id }) => id !== ask)
  }

  change(settings: Partial<FarSettings>): void {
    this.changes.push(settings)
  }

  close(): void {
    this.#end()
  }

  #end(): void {
    this.closed = true
    for (const cancel of this.#timers) cancel()
  }

  #placeOf(item: string): number {
    return this.items.findIndex(({ id }) => id === item)
  }

  #refuse(what: string): void {
    this.refusals.push(what)
    this.tell({ kind: 'refused', error: new ParleyError('provider_rejected', `Refused: ${what}`) })
  }

  #put(kind: ScriptedItem['kind'], text: string, ms: number): string {
    const id = `item_${++this.#named}`
    this.items.push({ id, kind, text, ms })
    return id
  }

  #after(ms: number, run: () => void): Cancel {
    const cancel = this.options.clock.after(ms, () => {
      this.#timers.delete(cancel)
      if (!this.closed) run()
    })
    this.#timers.add(cancel)
    return cancel
  }

  #run(ask: FarAsk): void {
    let cancel: Cancel = () => {}
    let stopped = false
    const stop = (outcome: 'complete' | 'cancelled' | 'failed', error?: ParleyError) => {
      if (stopped) return
      stopped = true
      cancel()
      if (this.#active?.ask === ask) this.#active = undefined
      const usage = { inputTokens: 10, outputTokens: 5 }
      this.tell({
        ...{ kind: 'response-done', ask: ask.id, outcome, usage },
        ...(error === undefined ? {} : { error }),
      })
      const next = this.#queue.shift()
      if (next !== undefined && this.#active === undefined) this.#run(next)
    }
    if (ask.beside !== true) this.#active = { ask, stop: () => stop('cancelled') }
    cancel = this.#after(this.#far.thinkMs ?? 200, () => {
      const line = this.#far.answer(ask, this)
      if (line === 'nothing') return
      if (typeof line === 'object' && 'fails' in line) return stop('failed', line.fails)
      const text = typeof line === 'string' ? line : (line.text ?? '')
      const kept = ask.beside !== true
      const call = typeof line === 'object' && 'call' in line ? line.call : undefined
      const whenSaid = () => {
        if (call !== undefined) {
          const item = `item_${++this.#named}`
          if (kept) this.items.push({ id: item, kind: 'tool-call', text: `${call.name} ${call.id}`, ms: 0 })
          this.tell({ kind: 'tool-call', ask: ask.id, item, call })
        }
        stop('complete')
      }
      if (text === '') return whenSaid()
      const id = kept ? this.#put('assistant', text, 0) : `beside_${++this.#named}`
      const item = this.items.find(each => each.id === id)
      for (const word of text.match(/\S+\s*/g) ?? []) {
        if (stopped) return
        this.tell({ kind: 'words', ask: ask.id, item: id, text: word })
      }
      if (ask.silent === true) return whenSaid()
      const { samples } = codeSpeech(text, this.options.rate)
      const size = this.options.rate / 10
      let at = 0
      const piece = () => {
        if (stopped) return
        if (typeof line === 'object' && 'breaksAfterMs' in line && at >= (line.breaksAfterMs * size) / 100)
          return this.lose(new ParleyError('provider_failed', 'The connection broke.', { retryable: true }))
        if (at >= samples.length) return whenSaid()
        const part = samples.slice(at, at + size)
        at += size
        if (item !== undefined) item.ms += (part.length * 1000) / this.options.rate
        this.tell({ kind: 'audio', ask: ask.id, item: id, samples: part })
        cancel = this.#after(100 / (this.#far.speed ?? 5), piece)
      }
      piece()
    })
  }
}

export interface ScriptedFar {
  readonly model: SpeechToSpeech
  readonly sessions: ScriptedSession[]
  /** The newest session. */
  readonly last: ScriptedSession
  readonly options: ScriptedFarOptions
}

export function createScriptedFar(options: ScriptedFarOptions): ScriptedFar {
  const sessions: ScriptedSession[] = []
  return {
    sessions,
    options,
    get last() {
      return sessions.at(-1) as ScriptedSession
    },
    model: {
      name: options.name ?? 'scripted far',
      model: 'test',
      rateFor: () => options.rate ?? 16_000,
      open(given) {
        const session = new ScriptedSession(given, options)
        sessions.push(session)
        return session
      },
    },
  }
}

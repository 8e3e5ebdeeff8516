import type { Resampler, Resampling } from '@parley/audio'
import type { EngineLink, ReplyPart, SessionAction } from '../engine.js'
import type { ParleyError } from '../errors.js'
import type { BargeIn } from '../floor/policy.js'
import type { ReplyId } from '../ids.js'
import type { ContextUse, DecisionUse } from '../ledger/ledger.js'
import type { LedgerMark } from '../ledger/marks.js'
import type { Playout } from '../playout/playout.js'
import type { ToolCall } from '../providers/tool.js'
import type { CallerTurn } from '../turn/caller-turn.js'
import type { Heard, Json, Turn } from '../turn/history.js'
import type { Wishes } from '../turn/wishes.js'
import type { PartStream } from './part-stream.js'
import type { Waste } from './speculation.js'

export interface ReplyRunParts {
  readonly reply: ReplyId
  readonly turn: CallerTurn
  readonly wishes: Wishes
  /** The turn as the engine is to see it. */
  readonly view: Turn
  readonly link: EngineLink
  readonly playout: Playout
  readonly outputRate: number
  readonly resampling: Resampling
  /** Draws parts of the engine into the session. */
  stream(make: (signal: AbortSignal) => AsyncIterable<ReplyPart>, into: PartStream['into']): PartStream
  now(): number
  mark(mark: LedgerMark): void
  context(use: ContextUse): void
  decision(use: DecisionUse): void
  /** The engine's own filler is being said. */
  filled(text: string): void
  toolCalled(call: ToolCall): void
  /** The engine has given all of it. */
  made(error: ParleyError | undefined): void
  /** Words entered the released reply; `untilMs` is their end in its audio. */
  words(text: string, untilMs: number): void
  failed(error: ParleyError): void
}

/**
 * One attempt at answering a turn: the engine's parts go into the playout until they end or the run is aborted. Nothing
 * here depends on the engine obeying the abort: the playout drops what belongs to another reply.
 */
export class ReplyRun {
  readonly reply: ReplyId
  readonly turn: CallerTurn
  /** Text of the turn that this reply answers; a grown turn needs another. */
  readonly basis: string
  readonly wishes: Wishes
  readonly actions: SessionAction[] = []
  /** What the engine was told was heard, last. */
  toldHeard: { readonly heard: Heard; readonly final: boolean } | undefined
  state: Json | undefined
  decision: DecisionUse | undefined
  readonly #parts: ReplyRunParts
  /** What a prepared reply has to tell waits here, in order; undefined once it is released. */
  #untold: (() => void)[] | undefined = []
  #made = false
  #resampler: { readonly rate: number; readonly resampler: Resampler } | undefined
  #stream: PartStream | undefined
  #filler: PartStream | undefined
  #sounded = false
  #aborted = false
  /** Where the answer begins in the reply's audio: after the filler. */
  #fromMs = 0
  #audioMs = 0
  #wordCount = 0
  #usage = { inputTokens: 0, outputTokens: 0 }
  /** Places in the answer's own audio. */
  readonly #bargeIns: { readonly fromMs: number; readonly allow: BargeIn }[] = []

  constructor(parts: ReplyRunParts) {
    this.reply = parts.reply
    this.turn = parts.turn
    this.basis = parts.view.text
    this.wishes = parts.wishes
    this.#parts = parts
  }

  /** Whether anything of the answer itself, a filler aside, has sounded yet. */
  get sounded(): boolean {
    return this.#sounded
  }

  /** Where the answer begins in the reply's audio, after a filler; undefined until it sounds, ms. */
  get answerFromMs(): number | undefined {
    return this.#sounded ? this.#fromMs : undefined
  }

  /** Whether the engine has given all of it. */
  get made(): boolean {
    return this.#made
  }

  /** Whether it is on its way to the ear. */
  get released(): boolean {
    return this.#untold === undefined
  }

  /** What was made of it so far. */
  get cost(): Waste {
    return { audioMs: this.#audioMs, words: this.#wordCount, ...this.#usage }
  }

  /** Who may take the floor once `ms` of the reply were heard, where the answer says so; it speaks of no filler. */
  bargeInAt(ms: number): BargeIn | undefined {
    if (!this.#sounded) return undefined
    return this.#bargeIns.findLast(({ fromMs }) => this.#fromMs + fromMs <= ms)?.allow
  }

  abort(): void {
    this.#aborted = true
    this.#filler?.abort()
    this.#stream?.abort()
    this.#closeResampler()
  }

  /** The reply is on its way to the ear: what it says and does may be told. */
  release(): void {
    const untold = this.#untold ?? []
    this.#untold = undefined
    for (const tell of untold) tell()
  }

  run(): void {
    const { link, view, turn } = this.#parts
    const say = link.say?.bind(link)
    const { prompt } = turn
    this.#stream = this.#parts.stream(
      signal => (prompt !== undefined && say !== undefined ? say(prompt, signal) : link.reply(view, signal)),
      { part: part => this.#take(part), end: error => this.#end(error) },
    )
  }

  /** Says something while the answer is late; the answer takes its place as soon as it sounds. */
  fill(text: string): boolean {
    const say = this.#parts.link.say?.bind(this.#parts.link)
    const isIdle = this.#sounded || this.#aborted || this.#filler !== undefined
    if (say === undefined || isIdle || this.wishes.silent) return false
    this.#filler = this.#parts.stream(signal => say(text, signal), {
      part: part => {
        if (this.#sounded) return
        if (part.kind === 'audio') this.#write(part.samples, part.rate)
        if (part.kind === 'words') this.#words(part.text, part.untilMs)
      },
      end: error => {
        if (error !== undefined) this.#parts.failed(error)
      },
    })
    return true
  }

  #take(part: ReplyPart): void {
    switch (part.kind) {
      case 'audio':
        return this.#audio(part.samples, part.rate)
      case 'words': {
        this.#beginAnswer()
        const { untilMs } = part
        return this.#words(part.text, untilMs === undefined ? undefined : untilMs + this.#fromMs)
      }
      case 'mark':
        return this.#parts.mark(part.mark)
      case 'context':
        return this.#parts.context(part)
      case 'decision':
        this.decision = decisionOf(part)
        return this.#parts.decision(this.decision)
      case 'filler':
        if (this.fill(part.text)) this.#tell(() => this.#parts.filled(part.text))
        return
      case 'tool-call':
        return this.#tell(() => this.#parts.toolCalled(part.call))
      case 'state':
        this.state = part.state
        return
      case 'barge-in':
        this.#bargeIns.push({ fromMs: this.#audioMs, allow: part.allow })
        return
      case 'usage':
        this.#usage = { inputTokens: part.inputTokens, outputTokens: part.outputTokens }
        return
      case 'action':
        this.actions.push(part.action)
        return
      default:
        part satisfies never
    }
  }

  #end(error: ParleyError | undefined): void {
    this.#filler?.abort()
    if (error !== undefined) this.#parts.failed(error)
    else if (this.#resampler !== undefined) this.#store(this.#resampler.resampler.flush().slice())
    this.#closeResampler()
    this.#made = true
    this.#tell(() => this.#parts.made(error))
    this.#parts.playout.end(this.reply, this.#parts.now())
  }

  #words(text: string, untilMs: number | undefined): void {
    const endMs = this.#parts.playout.words(this.reply, text, untilMs)
    this.#wordCount += text.split(/\s+/).filter(word => word !== '').length
    this.#tell(() => this.#parts.words(text, endMs))
  }

  #tell(tell: () => void): void {
    if (this.#untold === undefined) tell()
    else this.#untold.push(tell)
  }

  #audio(samples: Int16Array, rate: number): void {
    this.#beginAnswer()
    if (this.#audioMs === 0) this.#parts.mark('first-voice')
    this.#audioMs += (samples.length * 1000) / rate
    this.#write(samples, rate)
  }

  /** The answer is there: what is left of a filler is not said any more. */
  #beginAnswer(): void {
    if (this.#sounded) return
    this.#sounded = true
    if (this.#filler === undefined) return
    this.#filler.abort()
    this.#closeResampler()
    this.#fromMs = this.#parts.playout.trim(this.reply)
  }

  #write(samples: Int16Array, rate: number): void {
    const { outputRate, resampling } = this.#parts
    if (rate === outputRate) return this.#store(samples)
    if (this.#resampler?.rate !== rate) {
      this.#closeResampler()
      this.#resampler = { rate, resampler: resampling.create({ fromRate: rate, toRate: outputRate }) }
    }
    // The resampler reuses its output, the playout keeps what it gets.
    this.#store(this.#resampler.resampler.process(samples).slice())
  }

  #store(samples: Int16Array): void {
    this.#parts.playout.audio(this.reply, samples, this.#parts.now())
  }

  #closeResampler(): void {
    this.#resampler?.resampler.close()
    this.#resampler = undefined
  }
}

function decisionOf({ by, cause, rule, outcome, tookMs }: DecisionUse): DecisionUse {
  return { by, cause, ...(rule === undefined ? {} : { rule }), outcome, tookMs }
}

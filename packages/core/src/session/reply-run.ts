import type { Resampler, Resampling, VisemeCue } from '@parley/audio'
import type { EngineLink, ReplyPart, SessionAction } from '../engine.js'
import type { ParleyError } from '../errors.js'
import type { BargeIn } from '../floor/policy.js'
import type { ReplyId } from '../ids.js'
import type { ContextUse, DecisionUse } from '../ledger/ledger.js'
import type { LedgerMark } from '../ledger/marks.js'
import type { Playout } from '../playout/playout.js'
import { actedIn, stateOfActed } from '../providers/acted-tools.js'
import type { ToolCall } from '../providers/tool.js'
import type { CallerTurn } from '../turn/caller-turn.js'
import type { Heard, HistoryEntry, Json, Turn } from '../turn/history.js'
import type { Wishes } from '../turn/wishes.js'
import type { AnswerUsage } from '../usage/session-usage.js'
import type { PartStream } from './part-stream.js'
import type { Waste } from './speculation.js'

export interface ReplyRunParts {
  readonly reply: ReplyId
  readonly turn: CallerTurn
  readonly wishes: Wishes
  /** The turn as the engine is to see it. */
  readonly view: Turn
  /** What its providers use; undefined where nobody counts. */
  readonly account: AnswerUsage | undefined
  readonly link: EngineLink
  /** What was heard of the turn's answer before, by entries of the history: another process began it. */
  readonly before: readonly HistoryEntry[]
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
  /** The same for shapes of the mouth, with their places in its audio. */
  visemes(cues: readonly VisemeCue[]): void
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
  /** What the engine is to say word for word, before it answers or instead. */
  readonly #script: string
  /** Where the parts of the stream under way begin in the answer's sound, ms. */
  #streamFromMs = 0
  /** Words of the script that came. */
  #scriptWords = 0
  /** Whether the answer is the engine's own by now. */
  #isOwn = true
  /** What a prepared reply has to tell waits here, in order; undefined once it is released. */
  #untold: (() => void)[] | undefined = []
  #made = false
  #resampler: { readonly rate: number; readonly resampler: Resampler } | undefined
  #stream: PartStream | undefined
  #filler: PartStream | undefined
  /** Whether shapes of the filler were told, of which some may be cut with it. */
  #fillerShaped = false
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
    this.#script = scriptOf(parts)
    const { begun } = parts.turn
    if (begun === undefined) return
    this.actions.push(...(begun.actions ?? []))
    this.decision = begun.decision
    // What tools did stands with what was heard of it.
    if (actedIn(begun.state).length === 0) this.state = begun.state
    if (begun.bargeIn !== undefined) this.#bargeIns.push({ fromMs: 0, allow: begun.bargeIn })
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

  /** Where the engine's own answer begins in the reply's audio, ms; undefined until it sounds. */
  get ownFromMs(): number | undefined {
    if (!this.#sounded) return undefined
    return this.#streamFromMs === 0 ? this.#fromMs : this.#fromMs + this.#streamFromMs
  }

  /** Words that are to be said as they are and have not come yet. */
  get unsaid(): string {
    if (this.#isOwn || this.#made) return ''
    return (this.#script.match(/\S+/g) ?? []).slice(this.#scriptWords).join(' ')
  }

  /** Whether nothing is to be asked of the engine any more. */
  get isAllKnown(): boolean {
    return this.#made || (!this.#isOwn && !this.#goesOn)
  }

  /** What its providers use. */
  get account(): AnswerUsage | undefined {
    return this.#parts.account
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
    const { link } = this.#parts
    const say = link.say?.bind(link)
    if (this.#script === '' || say === undefined) return this.#answer()
    this.#isOwn = false
    this.#stream = this.#parts.stream(signal => say(this.#script, signal, this.account), {
      part: part => this.#take(part),
      end: error => {
        if (error === undefined && this.#goesOn) this.#answer()
        else this.#end(error)
      },
    })
  }

  /** The engine's own words; behind those of a script, if there was one. */
  #answer(): void {
    this.#isOwn = true
    this.#streamFromMs = this.#audioMs
    const { link } = this.#parts
    const view = viewOf(this.#parts, this.#script)
    this.#stream = this.#parts.stream(signal => link.reply(view, signal), {
      part: part => this.#take(part),
      end: error => this.#end(error),
    })
  }

  /** Whether the engine is asked to go on behind what was to be said. */
  get #goesOn(): boolean {
    return this.turn.begun?.made === false
  }

  /** Says something while the answer is late; the answer takes its place as soon as it sounds. */
  fill(text: string): boolean {
    const say = this.#parts.link.say?.bind(this.#parts.link)
    const isIdle = this.#sounded || this.#aborted || this.#filler !== undefined
    if (say === undefined || isIdle || this.wishes.silent) return false
    this.#filler = this.#parts.stream(signal => say(text, signal, this.account), {
      part: part => {
        if (this.#sounded) return
        if (part.kind === 'audio') this.#write(part.samples, part.rate)
        if (part.kind === 'words') this.#words(part.text, part.untilMs)
        if (part.kind === 'visemes') {
          this.#fillerShaped = true
          this.#visemes(part.cues, 0)
        }
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
        if (!this.#isOwn) this.#scriptWords += countWords(part.text)
        const { untilMs } = part
        return this.#words(
          part.text,
          untilMs === undefined ? undefined : untilMs + this.#fromMs + this.#streamFromMs,
        )
      }
      case 'visemes':
        this.#beginAnswer()
        return this.#visemes(part.cues, this.#fromMs + this.#streamFromMs)
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
    this.#wordCount += countWords(text)
    this.#tell(() => this.#parts.words(text, endMs))
  }

  #visemes(cues: readonly VisemeCue[], fromMs: number): void {
    const placed =
      fromMs === 0
        ? cues
        : cues.map(({ viseme, startMs, endMs }) => ({
            viseme,
            startMs: startMs + fromMs,
            endMs: endMs + fromMs,
          }))
    this.#tell(() => this.#parts.visemes(placed))
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
    // The answer may have no shapes of its own.
    if (this.#fillerShaped) this.#visemes([{ viseme: 'sil', startMs: 0, endMs: 0 }], this.#fromMs)
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

/** What is said of the session's own accord, or is left of what another process began. */
function scriptOf({ turn, link }: ReplyRunParts): string {
  if (link.say === undefined) return ''
  return turn.begun?.rest ?? turn.prompt ?? ''
}

/** The turn as the engine is to see it, with what of the answer is said already. */
function viewOf({ view, turn, before }: ReplyRunParts, script: string): Turn {
  const { begun } = turn
  if (begun === undefined) return view
  const said = [...before.map(({ text }) => text), script].filter(text => text !== '').join(' ')
  const acted = before.flatMap(entry => (entry.role === 'agent' ? actedIn(entry.state) : []))
  const state = acted.length === 0 ? begun.state : stateOfActed(acted, Number.POSITIVE_INFINITY)
  if (said === '' && state === undefined) return view
  return { ...view, begun: { said, ...(state === undefined ? {} : { state }) } }
}

function countWords(text: string): number {
  return text.split(/\s+/).filter(word => word !== '').length
}

function decisionOf({ by, cause, rule, outcome, tookMs }: DecisionUse): DecisionUse {
  return { by, cause, ...(rule === undefined ? {} : { rule }), outcome, tookMs }
}

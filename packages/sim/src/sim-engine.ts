import type {
  BargeIn,
  ContextUse,
  Engine,
  EngineCall,
  Heard,
  HeardAccount,
  ReplyPart,
  SpeechBoundary,
  ToolCall,
  Turn,
  TurnId,
} from '@parley/core'
import type { VirtualClock } from './virtual-clock.js'

export interface SimReply {
  /** Wait before the first part, ms. */
  readonly thinkMs: number
  readonly words: readonly { readonly text: string; readonly ms: number }[]
  /** Wait between two words, ms: above the word's own length the playout starves. */
  readonly paceMs: number
  /** Throws after this many words. */
  readonly failsAfter?: number
  /** Goes on yielding although it was told to stop. */
  readonly deaf?: boolean
  readonly hangsUp?: boolean
  /** Asks the far end for these tools at its end. */
  readonly calls?: readonly ToolCall[]
  /** Who may interrupt it. */
  readonly bargeIn?: BargeIn
  /** Told with the first word. */
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number }
  /** What was looked up for it. */
  readonly context?: ContextUse
}

export interface SimEngineOptions {
  readonly clock: VirtualClock
  /** Hz of the sound it makes. */
  readonly sampleRate: number
  /** Sample value of the sound. */
  readonly level?: number
  answer(turn: Turn): SimReply
  /** How it says what it is given to say (fillers, prompts); without it the engine cannot. */
  say?(text: string): SimReply
  /** Text recognised for an utterance, and how long after its end; undefined for none. */
  recognise?(startMs: number, endMs: number): { readonly text: string; readonly delayMs: number } | undefined
}

/** An engine whose answers, waits and faults the test writes. Keeps an account of what it was asked and told. */
export class SimEngine implements Engine {
  readonly turns: Turn[] = []
  readonly told: Heard[] = []
  readonly accounts: HeardAccount[] = []
  /** How often the far end took its sound back. */
  forgotten = 0
  /** What it was given to say. */
  readonly saying: string[] = []
  readonly boundaries: SpeechBoundary[] = []
  /** Turns it was told are over, with the replies it had been asked for by then. */
  readonly committed: { readonly turn: TurnId; readonly replies: number }[] = []
  started = 0
  finished = 0
  closed = 0
  readonly #options: SimEngineOptions

  constructor(options: SimEngineOptions) {
    this.#options = options
  }

  connect(call: EngineCall) {
    let startMs = 0
    const { answer, say } = this.#options
    return {
      hear: () => {},
      boundary: (boundary: SpeechBoundary) => {
        this.boundaries.push(boundary)
        if (boundary.kind === 'speech-start') startMs = boundary.atMs
        if (boundary.kind === 'speech-end') this.#recognise(call, startMs, boundary.atMs)
      },
      reply: (turn: Turn, signal: AbortSignal) => {
        this.turns.push(turn)
        return this.#speak(() => answer(turn), signal)
      },
      ...(say === undefined
        ? {}
        : {
            say: (text: string, signal: AbortSignal) => {
              this.saying.push(text)
              return this.#speak(() => say(text), signal)
            },
          }),
      committed: (turn: TurnId) => {
        this.committed.push({ turn, replies: this.turns.length })
      },
      heard: (heard: Heard, account: HeardAccount) => {
        this.told.push(heard)
        this.accounts.push(account)
      },
      forgetSound: () => {
        this.forgotten += 1
      },
      close: async () => {
        this.closed += 1
      },
    }
  }

  #recognise(call: EngineCall, startMs: number, endMs: number): void {
    const found = this.#options.recognise?.(startMs, endMs)
    if (found === undefined) return
    const evidence = { kind: 'transcript', startMs, atMs: endMs, text: found.text, final: true } as const
    this.#options.clock.after(found.delayMs, () => call.observe(evidence))
  }

  async *#speak(reply: () => SimReply, signal: AbortSignal): AsyncGenerator<ReplyPart> {
    const { clock, sampleRate, level = 8_000 } = this.#options
    this.started += 1
    try {
      const {
        thinkMs,
        words,
        paceMs,
        failsAfter,
        deaf,
        hangsUp,
        bargeIn,
        usage,
        context,
        calls = [],
      } = reply()
      await clock.sleep(thinkMs)
      if (signal.aborted && !deaf) return
      if (bargeIn !== undefined) yield { kind: 'barge-in', allow: bargeIn }
      if (usage !== undefined) yield { kind: 'usage', ...usage }
      if (context !== undefined) yield { kind: 'context', ...context }
      let untilMs = 0
      for (const [index, word] of words.entries()) {
        if (signal.aborted && !deaf) return
        if (index === failsAfter) throw new Error('the provider went away')
        untilMs += word.ms
        yield { kind: 'words', text: `${word.text} `, untilMs }
        const samples = new Int16Array(Math.round((word.ms * sampleRate) / 1000)).fill(level)
        yield { kind: 'audio', samples, rate: sampleRate }
        await clock.sleep(paceMs)
      }
      for (const call of calls) yield { kind: 'tool-call', call }
      if (hangsUp) yield { kind: 'action', action: { name: 'hang-up' } }
    } finally {
      this.finished += 1
    }
  }
}

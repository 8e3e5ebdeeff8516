import type { Engine, EngineCall, EngineLink, ReplyPart } from '../engine.js'
import { ParleyError } from '../errors.js'

/** What a session asked its engine for: an answer to a turn's text, or to say this. */
export interface Request {
  readonly kind: 'reply' | 'say'
  readonly text: string
}

/** An engine that answers when it is told to, with what it is given. */
export class ReplayEngine implements Engine {
  call: EngineCall | undefined
  readonly #ask: (request: Request) => AsyncIterable<ReplyPart>
  #stand: (link: EngineLink) => void = () => {}
  #fail: (error: ParleyError) => void = () => {}

  /** `ask` gives the stream of each request, in order. */
  constructor(ask: (request: Request) => AsyncIterable<ReplyPart>) {
    this.#ask = ask
  }

  connect(call: EngineCall): Promise<EngineLink> {
    this.call = call
    return new Promise((resolve, reject) => {
      this.#stand = resolve
      this.#fail = reject
    })
  }

  /** The connection stands. */
  stand(says: boolean): void {
    this.#stand({
      hear: () => {},
      reply: turn => this.#ask({ kind: 'reply', text: turn.text }),
      ...(says ? { say: (text: string) => this.#ask({ kind: 'say', text }) } : {}),
      close: () => Promise.resolve(),
    })
  }

  /** The connection failed. */
  fail(): void {
    this.#fail(new ParleyError('engine_failed'))
  }
}

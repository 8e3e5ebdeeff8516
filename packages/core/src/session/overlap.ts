/**
 * What is known of the caller's voice while the agent speaks: whether it is there, what the judge makes of it, and the
 * words that were spoken in it, which become the new turn's if the caller takes the floor.
 */

import type { Cues } from '../ear/cues.js'
import type { CallerVoice } from '../floor/moment.js'
import type { Judge, OverlapBegin, Ruling } from '../judge/judge.js'
import { WordHold, type Words } from './word-hold.js'

export class Overlap {
  #judge: Judge
  /** As the overlap under way began. */
  #begin: OverlapBegin | undefined
  #startMs: number | undefined
  #under = false
  /** Whether a caller speaks who cannot interrupt: words are kept, nothing is judged. */
  #unheeded = false
  #speaking = false
  #spoke = false
  readonly #words = new WordHold()

  constructor(judge: Judge) {
    this.#judge = judge
  }

  /** Another judge, from now on; an overlap under way is judged anew from where it began. */
  use(judge: Judge): void {
    this.#judge = judge
    if (this.#under && this.#begin !== undefined) judge.begin(this.#begin)
  }

  /** Whether an overlap is being judged. */
  get under(): boolean {
    return this.#under
  }

  /** Whether the ear hears voice now, in an overlap or not. */
  get speaking(): boolean {
    return this.#speaking
  }

  get voice(): CallerVoice {
    if (this.#speaking) return 'speaking'
    return this.#spoke ? 'spoke' : 'silent'
  }

  begin(overlap: OverlapBegin): void {
    this.#start(overlap.atMs)
    this.#under = true
    this.#begin = overlap
    this.#judge.begin(overlap)
  }

  /** Somebody speaks over a reply that lets nobody interrupt: the words may still become a turn when it is done. */
  listen(atMs: number): void {
    this.#start(atMs)
    this.#under = false
    this.#unheeded = true
  }

  /** Where the overlap began, that under way or else the last, in media time. */
  get startMs(): number | undefined {
    return this.#startMs
  }

  hear(cues: Cues): Ruling | undefined {
    if (this.#under) return this.#judge.hear(cues, this.#speaking)
    this.#judge.learn(cues)
    return undefined
  }

  boundary(kind: 'speech-start' | 'speech-end', atMs: number): Ruling | undefined {
    this.#speaking = kind === 'speech-start'
    if (this.#speaking || !this.#under) return undefined
    this.#spoke = true
    return this.#judge.end(atMs)
  }

  /** Whether the words were spoken in the overlap under way, or in the one that was let pass last. */
  holds({ atMs }: Words): boolean {
    return this.#startMs !== undefined && atMs > this.#startMs
  }

  words(words: Words): Ruling | undefined {
    if (!words.judgeOnly) this.#words.add(words)
    if (this.#unheeded) return undefined
    const { text, final, atMs } = words
    return this.#judge.words({ text, final, atMs })
  }

  decide(atMs: number): Ruling {
    return this.#under ? this.#judge.decide(atMs) : { ruling: 'pass', reasons: [{ kind: 'unheeded' }] }
  }

  /** The agent goes on, or was cut; late words may still be asked for. */
  end(): void {
    this.#under = false
    this.#spoke = false
  }

  /** What was said in the overlap, for the turn that it became. */
  takeWords(): readonly Words[] {
    this.#startMs = undefined
    return this.#words.take()
  }

  #start(atMs: number): void {
    this.#startMs = atMs
    this.#spoke = false
    this.#unheeded = false
    this.#words.take()
  }
}

/** A recogniser of coded speech that is lost, falls silent or throws when told to. */

import { ParleyError, type SpeechToText, type SttEvent, type SttWord } from '@parley/core'
import { codeSpeech, readSpeech, type VirtualClock } from '@parley/sim'
import { type Account, account, type Fate } from './failover-rig.test-kit.js'

/** Words after which a final text is given without being asked. */
const WORDS_A_FINAL = 3

export interface EarOptions {
  readonly name?: string
  readonly clock: VirtualClock
  readonly sampleRate?: number
  /** For each stream in turn: what happens to it at so many frames. */
  readonly fates?: readonly (Fate | undefined)[]
  /** Whether it throws instead of saying that it is lost. */
  readonly rude?: boolean
  /** Whether its finals have words. */
  readonly timed?: boolean
  readonly delayMs?: number
  readonly log?: Account
}

export function earOf(options: EarOptions): SpeechToText {
  const { name = 'ear', clock, sampleRate = 8_000, fates = [], timed = true, delayMs = 0 } = options
  const log = options.log ?? account()
  return {
    name,
    sampleRate,
    open({ onEvent }) {
      const fate = fates[log.uses++]
      log.open++
      let beganMs: number | undefined
      let samples = new Int16Array(0)
      let doneMs = Number.NEGATIVE_INFINITY
      let frames = 0
      let over = false
      let isSilent = false

      const tell = (event: SttEvent) => {
        if (isSilent) return
        clock.after(delayMs, () => {
          if (!over) onEvent(event)
        })
      }
      const wordsTo = (atMs: number): SttWord[] => {
        const startMs = beganMs ?? 0
        const { words } = readSpeech(samples, sampleRate)
        return words
          .map(word => ({ text: word.text, startMs: startMs + word.startMs, endMs: startMs + word.endMs }))
          .filter(word => word.startMs >= doneMs - 1 && word.endMs <= atMs + 1)
      }
      const final = (words: readonly SttWord[]) => {
        const [first] = words
        const last = words.at(-1)
        if (first === undefined || last === undefined) return
        doneMs = last.endMs
        const text = words.map(word => word.text).join(' ')
        tell({ kind: 'final', text, startMs: first.startMs, endMs: doneMs, ...(timed ? { words } : {}) })
      }
      const strike = () => {
        if (fate === undefined || frames < fate.after) return
        if (fate.kind === 'hang') {
          isSilent = true
          return
        }
        const error = new ParleyError('provider_failed', 'told to fail', { retryable: true })
        if (options.rude === true) throw error
        if (over) return
        onEvent({ kind: 'lost', error })
        end()
      }
      const end = () => {
        if (!over) log.open--
        over = true
      }

      return {
        hear(frame) {
          if (over) return
          beganMs ??= frame.atMs
          const at = Math.round(((frame.atMs - beganMs) * sampleRate) / 1000)
          const longer = new Int16Array(Math.max(samples.length, at + frame.samples.length))
          longer.set(samples)
          longer.set(frame.samples, at)
          samples = longer
          frames++
          strike()
          const endMs = frame.atMs + (frame.samples.length * 1000) / sampleRate
          // A word is over once it is quiet behind it.
          const words = wordsTo(endMs - 25)
          if (words.length >= WORDS_A_FINAL) final(words.slice(0, WORDS_A_FINAL))
          else if (words.length > 0)
            tell({ kind: 'partial', text: words.map(word => word.text).join(' '), startMs: 0, endMs })
        },
        begin: () => {},
        finish(atMs) {
          if (over) return
          final(wordsTo(atMs))
          tell({ kind: 'finished', atMs })
        },
        close: end,
      }
    },
    close: async () => {},
  }
}

/** Says the utterances into a stream in frames of 20 ms, 500 ms of silence behind each. */
export async function sayTo(
  stream: ReturnType<SpeechToText['open']>,
  clock: VirtualClock,
  { utterances, rate = 8_000 }: { readonly utterances: readonly string[]; readonly rate?: number },
): Promise<void> {
  const size = rate / 50
  let atMs = 100
  for (const text of utterances) {
    const { samples } = codeSpeech(text, rate)
    const startMs = atMs
    const endMs = atMs + (samples.length * 1000) / rate
    const sound = new Int16Array(Math.ceil((samples.length + rate / 2) / size) * size)
    sound.set(samples)
    let finished = false
    for (let at = 0; at < sound.length; at += size) {
      stream.hear({ samples: sound.subarray(at, at + size), rate, atMs })
      if (atMs === startMs + 60) stream.begin(startMs)
      if (!finished && atMs > endMs + 100) {
        finished = true
        stream.finish(endMs)
      }
      atMs += 20
      await clock.advance(20)
    }
  }
  await clock.advance(10_000)
}

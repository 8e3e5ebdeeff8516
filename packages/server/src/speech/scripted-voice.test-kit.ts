/** A voice that says what a test lets it say. */

import type { TextToSpeech } from '@parley/core'

export interface ScriptedVoice extends TextToSpeech {
  /** Texts it was asked for. */
  readonly asked: readonly string[]
  /** Speakings that were stopped before their end. */
  readonly stopped: () => number
  /** Lets one more tenth of a second of sound of each speaking pass; `speaks` at once need none. */
  release(): void
  fail(error: unknown): void
}

/** Says ten tenths of a second for any text, a word in each: at once, or a tenth for each `release`. */
export function scriptedVoice(options: Partial<ScriptedOptions> = {}): ScriptedVoice {
  const { name = 'scripted', languages = ['en'], sampleRate = 16_000, pieces = 10, held = false } = options
  const { tells = 'visemes' } = options
  const asked: string[] = []
  let stopped = 0
  let waiting: (() => void)[] = []
  const piece = tone(sampleRate / 10)
  let failure: { readonly error: unknown } | undefined
  const wake = () => {
    const all = waiting
    waiting = []
    for (const each of all) each()
  }
  return {
    name,
    languages,
    sampleRate,
    asked,
    stopped: () => stopped,
    release: wake,
    fail(error) {
      failure = { error }
      wake()
    },
    async *speak({ text }, signal) {
      asked.push(text)
      const words = tells === 'nothing' ? [] : text.split(' ').slice(0, pieces)
      if (options.fails !== undefined) throw options.fails
      let whole = false
      try {
        for (let at = 0; at < pieces; at++) {
          if (held && failure === undefined)
            await new Promise<void>(resolve => {
              waiting.push(resolve)
              signal.addEventListener('abort', () => resolve(), { once: true })
            })
          if (failure !== undefined) throw failure.error
          if (signal.aborted) return
          const word = words[at]
          if (word !== undefined) {
            const endMs = at === words.length - 1 ? pieces * 100 : (at + 1) * 100
            yield { kind: 'word', text: word, startMs: at * 100, endMs }
          }
          if (at === 0 && tells === 'visemes')
            yield { kind: 'visemes', cues: [{ viseme: 'aa', startMs: 0, endMs: 100 }] }
          yield { kind: 'audio', samples: piece }
        }
        whole = true
      } finally {
        if (!whole) stopped++
      }
    },
    close: async () => {},
  }
}

interface ScriptedOptions {
  readonly name: string
  readonly languages: readonly string[]
  readonly sampleRate: number
  readonly pieces: number
  readonly held: boolean
  readonly tells: 'visemes' | 'words' | 'nothing'
  readonly fails: unknown
}

function tone(samples: number): Int16Array {
  return Int16Array.from({ length: samples }, (_, at) => 8_000 * Math.sin(at / 10))
}

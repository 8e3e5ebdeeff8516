import initialise from '@echogarden/espeak-ng-emscripten'
import { spokenText } from './spoken-text.js'

/** espeak-ng in this thread: speaks one text at a time, synchronously, in pieces. */
export interface EspeakEngine {
  readonly sampleRate: number
  /** Languages it has a voice for, BCP 47. */
  readonly languages: readonly string[]
  /**
   * Speaks into `take`, which says whether to go on. A word is given as soon as the next one begins or the text ends.
   * Throws `RangeError` for a voice that does not exist.
   */
  speak(
    request: { readonly text: string; readonly voice: string },
    take: (piece: EspeakPiece) => boolean,
  ): void
}

export type EspeakPiece =
  | { readonly kind: 'audio'; readonly samples: Int16Array }
  | { readonly kind: 'word'; readonly text: string; readonly startMs: number; readonly endMs: number }

export async function openEspeakEngine(): Promise<EspeakEngine> {
  const module = await initialise()
  const worker = new module.eSpeakNGWorker()
  const sampleRate = worker.get_samplerate()
  const languages = [
    ...new Set(worker.list_voices().flatMap(voice => voice.languages.map(({ name }) => name))),
  ]

  return {
    sampleRate,
    languages,
    speak({ text, voice }, take) {
      if (worker.set_voice(voice) !== 0) throw new RangeError(`espeak-ng has no voice "${voice}"`)
      const spoken = spokenText(text)
      if (!/[\p{L}\p{N}]/u.test(spoken.input)) return
      let samples = 0
      let current = -1
      let startMs = 0
      let going = true
      const tell = (piece: EspeakPiece): void => {
        going = going && take(piece)
      }
      const endWord = (endMs: number): void => {
        if (current >= 0) tell({ kind: 'word', text: spoken.words[current] ?? '', startMs, endMs })
      }
      /** Words without a sound of their own (a dash) end where the word before them does. */
      const advance = (word: number, atMs: number): void => {
        if (word <= current) return
        endWord(atMs)
        for (let silent = current + 1; silent < word; silent++) {
          tell({ kind: 'word', text: spoken.words[silent] ?? '', startMs: atMs, endMs: atMs })
        }
        current = word
        startMs = atMs
      }
      worker.synthesize(spoken.input, (audio, events) => {
        for (const { type, audio_position: atMs, text_position: position } of events) {
          if (type === 'word') advance(spoken.wordAt(position), atMs)
        }
        if (audio.length > 0) {
          samples += audio.length
          tell({ kind: 'audio', samples: audio })
        }
        return !going
      })
      if (!going) return
      const totalMs = (samples * 1000) / sampleRate
      advance(spoken.words.length - 1, Math.max(startMs, totalMs))
      endWord(totalMs)
    },
  }
}

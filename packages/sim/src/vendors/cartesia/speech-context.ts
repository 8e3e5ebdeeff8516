/**
 * One context of the speech socket: text is gathered until it is flushed, ended or waited for long enough, then spoken
 * in order. It ends with its last piece, or when nothing came for a second after its last sound.
 */

import type { SimWord } from '../sim-brains.js'
import type { SimSocket } from '../sim-socket.js'
import { speechChunks } from '../speech-chunks.js'
import { type CartesiaWorld, faultBody } from './cartesia-world.js'
import { rawAudio } from './raw-audio.js'
import type { SpeechMessage } from './speech-request.js'

export interface SpeechContext {
  readonly fixed: string
  readonly isOver: boolean
  say(message: SpeechMessage): void
  cancel(): void
  /** The socket is gone. */
  drop(): void
}

export interface SpeechContextOptions {
  readonly socket: SimSocket
  readonly world: CartesiaWorld
  readonly first: SpeechMessage
  /** The socket has traffic. */
  touch(): void
  onEnd(context: SpeechContext): void
}

const EXPIRY_MS = 1_000

/** A phone for each letter: coded speech has none of its own. */
function phonesOf(words: readonly SimWord[], fromMs: number) {
  const phones = words.flatMap(({ text, startMs, endMs }) => {
    const letters = [...text]
    const each = (endMs - startMs) / letters.length
    return letters.map((letter, index) => ({
      phone: letter.toLowerCase(),
      start: (fromMs + startMs + index * each) / 1000,
      end: (fromMs + startMs + (index + 1) * each) / 1000,
    }))
  })
  return {
    phonemes: phones.map(({ phone }) => phone),
    start: phones.map(({ start }) => start),
    end: phones.map(({ end }) => end),
  }
}

export function speechContext({ socket, world, first, touch, onEnd }: SpeechContextOptions): SpeechContext {
  const { clock, brains, strayChunks = 2 } = world.options
  const { contextId, sampleRate, encoding, language, wantsTimes, wantsPhones } = first
  const gone = new AbortController()
  let work = Promise.resolve()
  let pending = 0
  let buffered = ''
  let flushes = 0
  let madeMs = 0
  let over = false
  /** Chunks that may still leave after a cancel. */
  let strays: number | undefined
  let cancelTimer = () => {}

  function send(message: object): void {
    touch()
    socket.send({ ...message, context_id: contextId })
  }

  function end(): void {
    if (over) return
    over = true
    cancelTimer()
    gone.abort()
    onEnd(context)
  }

  function queue(step: () => Promise<void> | void): void {
    cancelTimer()
    pending++
    work = work.then(async () => {
      if (!over) await step()
      pending--
      if (over || pending > 0 || buffered !== '') return
      cancelTimer = clock.after(EXPIRY_MS, () => {
        send({ type: 'done', done: true, status_code: 200 })
        end()
      })
    })
  }

  function release(): void {
    const text = buffered
    buffered = ''
    if (text.trim() !== '') queue(() => generate(text))
  }

  async function generate(text: string): Promise<void> {
    const pace = world.temper.pace()
    const speech = await brains.speak(text, sampleRate, language)
    const flushId = flushes + 1
    for (const [index, chunk] of speechChunks(speech, sampleRate).entries()) {
      const fault = await pace.next(gone.signal)
      if (over) return
      if (fault !== undefined) {
        if (!socket.fail(fault)) send({ type: 'error', ...faultBody(fault), done: true })
        if (fault.kind === 'expired') socket.close(1000, 'session over')
        return end()
      }
      const tell = () => {
        if (wantsPhones && chunk.words.length > 0)
          send({
            type: 'phoneme_timestamps',
            done: false,
            status_code: 206,
            flush_id: flushId,
            phoneme_timestamps: phonesOf(chunk.words, madeMs),
          })
        if (!wantsTimes || chunk.words.length === 0) return
        send({
          type: 'timestamps',
          done: false,
          status_code: 206,
          flush_id: flushId,
          word_timestamps: {
            words: chunk.words.map(({ text }) => text),
            start: chunk.words.map(({ startMs }) => (madeMs + startMs) / 1000),
            end: chunk.words.map(({ endMs }) => (madeMs + endMs) / 1000),
          },
        })
      }
      // Times come before the sound or after it.
      if (index % 2 === 0) tell()
      send({
        type: 'chunk',
        data: rawAudio(chunk.samples, encoding).toString('base64'),
        done: false,
        status_code: 206,
        step_time: 1 + index,
        flush_id: flushId,
      })
      if (index % 2 === 1) tell()
      if (strays === undefined) continue
      if (strays <= 1) break
      strays--
    }
    madeMs += (speech.samples.length * 1000) / sampleRate
    if (strays !== undefined) end()
  }

  const context: SpeechContext = {
    fixed: first.fixed,
    get isOver() {
      return over
    },
    say({ transcript, isContinued, isFlush, bufferMs }) {
      cancelTimer()
      buffered += transcript
      if (isFlush) {
        release()
        queue(() => {
          flushes++
          send({ type: 'flush_done', flush_done: true, flush_id: flushes, done: false, status_code: 206 })
        })
      } else if (!isContinued) {
        release()
        queue(() => {
          send({ type: 'done', done: true, status_code: 200 })
          end()
        })
      } else if (bufferMs === 0) release()
      else cancelTimer = clock.after(bufferMs, release)
    },
    cancel() {
      if (pending === 0 || strayChunks === 0) return end()
      strays ??= strayChunks
      // A generation that hangs sends no strays.
      cancelTimer = clock.after(EXPIRY_MS, end)
    },
    drop: end,
  }
  return context
}

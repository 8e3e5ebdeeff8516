/** The speech of one context or of a single stream: texts spoken in order, as messages with sound and alignment. */

import { encodeWavData } from '@parley/audio'
import type { SimSocket } from '../sim-socket.js'
import { speechChunks } from '../speech-chunks.js'
import { alignmentOf, charTimes } from './alignment.js'
import { type ElevenLabsWorld, faultMessage } from './elevenlabs-world.js'
import type { SpeechQuery } from './speech-query.js'

export interface SpeechStream {
  speak(text: string): void
  /** Runs after everything that is to be spoken. */
  after(run: () => void): void
  /** The socket is gone. */
  stop(): void
}

export function speechStream(
  { socket, world, query }: { socket: SimSocket; world: ElevenLabsWorld; query: SpeechQuery },
  tag: object,
): SpeechStream {
  const gone = new AbortController()
  let work = Promise.resolve()

  async function generate(text: string): Promise<void> {
    const pace = world.temper.pace()
    const { sampleRate, language, isUlaw, isAligned } = query
    const speech = await world.options.brains.speak(text, sampleRate, language)
    const chars = charTimes(text, speech.words)
    let given = 0
    const chunks = speechChunks(speech, sampleRate)
    for (const [index, chunk] of chunks.entries()) {
      const fault = await pace.next(gone.signal)
      if (gone.signal.aborted) return
      if (fault !== undefined) {
        gone.abort()
        if (socket.fail(fault)) return
        const message = faultMessage(fault)
        socket.send(message)
        return socket.close(message.code, message.error)
      }
      const untilMs = index === chunks.length - 1 ? Number.POSITIVE_INFINITY : chunk.startMs + 100
      let until = given
      while (until < chars.length && (chars[until]?.startMs ?? 0) < untilMs) until++
      const alignment = isAligned ? alignmentOf(chars.slice(given, until), chunk.startMs) : null
      given = until
      socket.send({
        audio: Buffer.from(encodeWavData(chunk.samples, isUlaw ? 'ulaw' : 'pcm16')).toString('base64'),
        alignment,
        normalizedAlignment: alignment,
        ...tag,
      })
    }
  }

  return {
    speak(text) {
      work = work.then(() => (gone.signal.aborted ? undefined : generate(text)))
    },
    after(run) {
      work = work.then(() => {
        if (!gone.signal.aborted) run()
      })
    },
    stop: () => gone.abort(),
  }
}

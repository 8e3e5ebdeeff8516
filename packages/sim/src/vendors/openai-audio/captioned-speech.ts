/** Kokoro's own `POST /dev/captioned_speech`: a JSON object a line, each with sound and the times of words from the start. */

import { encodeAudio } from '../openai-realtime/audio-format.js'
import type { Fields } from '../openai-realtime/fields.js'
import type { SimExchange } from '../sim-exchange.js'
import { audioAnswer } from './audio-answer.js'
import type { AudioWorld } from './audio-sim.js'
import { refuse, speechFault } from './speech.js'

const RATE = 24_000
/** Words of one line. */
const WORDS = 4

export async function serveCaptionedSpeech(exchange: SimExchange, world: AudioWorld): Promise<void> {
  const { options, temper } = world
  const asked = exchange.json()
  if (asked === undefined) return
  const wrong = speechFault(asked, options)
  if (wrong !== undefined) return refuse(exchange, world, wrong)
  const { input, stream = true } = asked as Fields
  const { samples, words } = await options.brains.speak(String(input), RATE, '')
  const answer = audioAnswer(exchange, { temper, dialect: 'kokoro', contentType: 'application/json' })
  const step = stream === true ? WORDS : Math.max(1, words.length)
  let from = 0
  for (let at = 0; at < words.length; at += step) {
    if (!(await answer.due())) return
    const next = words[at + step]
    const to = next === undefined ? samples.length : Math.round((next.startMs * RATE) / 1000)
    const line = {
      audio: encodeAudio(samples.subarray(from, to), { type: 'audio/pcm', rate: 24_000 }),
      audio_format: 'audio/pcm',
      timestamps: words.slice(at, at + step).flatMap(tokens),
    }
    from = to
    exchange.note(line)
    answer.write(Buffer.from(`${JSON.stringify(line)}\n`))
  }
  answer.end()
}

/** The server's words are tokens of its own: punctuation stands alone and takes no time. */
function tokens({
  text,
  startMs,
  endMs,
}: {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
}) {
  const pieces = text.match(/[\p{L}\p{M}\p{N}'’-]+|[^\p{L}\p{M}\p{N}'’-]+/gu) ?? [text]
  const spoken = pieces.findIndex(piece => /[\p{L}\p{N}]/u.test(piece))
  return pieces.map((word, index) => {
    const isSpoken = index === spoken || (spoken < 0 && index === 0)
    const atMs = index > spoken ? endMs : startMs
    return {
      word,
      start_time: (isSpoken ? startMs : atMs) / 1000,
      end_time: (isSpoken ? endMs : atMs) / 1000,
    }
  })
}

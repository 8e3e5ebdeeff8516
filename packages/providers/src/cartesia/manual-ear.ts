/**
 * The socket that is told where speech ends: `finalize`, answered by the rest of the text and `flush_done`. Texts are
 * pieces to be joined as they are, so what belongs to one `finalize` becomes one final.
 */

import type { SttWord } from '@parley/core'
import type { Ear } from './ear.js'
import { type CartesiaSttMessage, wordsOf } from './stt-messages.js'

export const manualEar: Ear = ({ hearing }) => {
  const { place } = hearing
  /** Ends that were asked for and not answered, media ms. */
  const asked: number[] = []
  let text = ''
  let words: SttWord[] = []
  /** Where what is being said began, and where the last final ended, media ms. */
  let beganMs: number | undefined
  let endedMs = 0

  function transcript(message: CartesiaSttMessage): void {
    const heard = message.text ?? ''
    const more = wordsOf(message).map(word => ({
      text: word.text,
      startMs: place.mediaMs(word.startMs),
      endMs: place.mediaMs(word.endMs),
    }))
    if (message.is_final === true) {
      text += heard
      words.push(...more)
      if (asked.length === 0) give(place.mediaMs(place.sentMs))
      return
    }
    const said = text + heard
    if (said.trim() === '') return
    const sofar = [...words, ...more]
    hearing.emit({
      kind: 'partial',
      text: said.trim(),
      startMs: sofar[0]?.startMs ?? beganMs ?? endedMs,
      endMs: sofar.at(-1)?.endMs ?? place.mediaMs(place.sentMs),
    })
  }

  function give(untilMs: number): void {
    const said = text.trim()
    const known = words
    text = ''
    words = []
    const startMs = known[0]?.startMs ?? beganMs ?? endedMs
    endedMs = Math.max(startMs, known.at(-1)?.endMs ?? untilMs)
    if (said === '') return
    hearing.emit({
      kind: 'final',
      text: said,
      startMs,
      endMs: endedMs,
      ...(known.length === 0 ? {} : { words: known }),
    })
  }

  return {
    onMessage(message) {
      if (message.type === 'transcript') transcript(message)
      if (message.type !== 'flush_done') return
      const atMs = asked.shift()
      if (atMs === undefined) return
      give(atMs)
      hearing.use()
      hearing.emit({ kind: 'finished', atMs })
      if (asked.length === 0) hearing.settled()
      else hearing.expect()
    },
    stream: {
      hear: frame => hearing.hear(frame),
      begin(atMs) {
        beganMs = atMs
      },
      finish(atMs) {
        hearing.flush()
        hearing.send('finalize')
        asked.push(atMs)
        hearing.expect()
      },
      close: () => hearing.close('close'),
    },
  }
}

/** sherpa-onnx as a recogniser: each turn is a stream of its own, begun with the sound just before speech was noticed. */

import { resolve } from 'node:path'
import type { SpeechToText, SttEvent, SttStream, SttWord } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { audioPlace } from '../wire/audio-place.js'
import { recentSound } from '../wire/recent-sound.js'
import { loadModelFolder } from './model-folder.js'
import type { SttOptions } from './options.js'
import { type Heard, type SherpaThread, startSherpaThread, type ThreadTurn } from './sherpa-thread.js'
import { wordsOfTokens } from './words-of-tokens.js'

/** How late the beginning of speech may be noticed, ms. */
const LATE_MS = 1_500

/**
 * `modelsFolder` is where pulled models are, if the options do not say. @throws ParleyError `provider_missing` for a model
 * that is not there, `bad_config` for a folder that lacks a file, naming it.
 */
export function sherpa(options: SttOptions, context: VendorContext, modelsFolder: string): SpeechToText {
  const { model, precision, decoding, sampleRate, tailMs } = options
  const folder = resolve(/[\\/]/.test(model) ? '.' : (options.modelsFolder ?? modelsFolder), model)
  const config = { model: loadModelFolder({ model, folder, precision }), decoding, sampleRate, tailMs }
  const thread = startSherpaThread({ config, options, clock: context.clock })
  const streams = new Set<SttStream>()
  return {
    name: 'sherpa',
    sampleRate,
    open({ onEvent }) {
      const stream = openStream(thread, options, onEvent)
      streams.add(stream)
      return {
        ...stream,
        close() {
          streams.delete(stream)
          stream.close()
        },
      }
    },
    warm: () => thread.warm(),
    async close() {
      for (const stream of streams) stream.close()
      await thread.close()
    },
  }
}

interface Turn {
  readonly thread: ThreadTurn
  readonly place: ReturnType<typeof audioPlace>
  readonly finishes: number[]
}

function openStream(
  thread: SherpaThread,
  options: SttOptions,
  onEvent: (event: SttEvent) => void,
): SttStream {
  const recent = recentSound(options.leadMs + LATE_MS)
  const turns: Turn[] = []
  let current: Turn | undefined
  let finishedMs = Number.NEGATIVE_INFINITY
  let isClosed = false

  function onHeard(turn: Turn, heard: Heard): void {
    if (isClosed) return
    const event = eventOf(heard, turn.place)
    if (event !== undefined) onEvent(event)
    if (heard.kind === 'partial') return
    turns.splice(turns.indexOf(turn), 1)
    for (const atMs of turn.finishes) if (!isClosed) onEvent({ kind: 'finished', atMs })
  }

  function begin(): Turn {
    const turn: Turn = {
      place: audioPlace(),
      finishes: [],
      thread: thread.begin({
        onHeard: heard => onHeard(turn, heard),
        onFailed(error) {
          if (isClosed) return
          close()
          onEvent({ kind: 'lost', error })
        },
      }),
    }
    turns.push(turn)
    return turn
  }

  function close(): void {
    isClosed = true
    for (const turn of turns.splice(0)) turn.thread.drop()
    current = undefined
    recent.clear()
  }

  return {
    hear(frame) {
      if (isClosed) return
      recent.hear(frame)
      current?.place.sent(frame)
      current?.thread.hear(frame.samples.slice())
    },
    begin(atMs) {
      if (isClosed || current !== undefined) return
      const turn = begin()
      current = turn
      for (const frame of recent.since(Math.max(atMs - options.leadMs, finishedMs))) {
        turn.place.sent(frame)
        turn.thread.hear(frame.samples.slice())
      }
    },
    finish(atMs) {
      if (isClosed) return
      finishedMs = atMs
      const last = turns.at(-1)
      if (last === undefined) return onEvent({ kind: 'finished', atMs })
      last.finishes.push(atMs)
      if (current !== last) return
      current = undefined
      last.thread.finish()
    },
    close,
  }
}

function eventOf(
  { kind, text, tokens, timestamps }: Heard,
  place: Turn['place'],
): Extract<SttEvent, { kind: 'partial' | 'final' }> | undefined {
  if (text === '') return undefined
  const words: SttWord[] = wordsOfTokens(tokens, timestamps, place.sentMs).map(word => ({
    text: word.text,
    startMs: place.mediaMs(word.startMs),
    endMs: place.mediaMs(word.endMs),
  }))
  return {
    kind,
    text,
    startMs: words[0]?.startMs ?? place.mediaMs(0),
    endMs: words.at(-1)?.endMs ?? place.mediaMs(place.sentMs),
    ...(words.length === 0 ? {} : { words }),
  }
}

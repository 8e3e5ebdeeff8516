/** The thread in which espeak-ng speaks: one piece per message, one answer each. */

import { parentPort } from 'node:worker_threads'
import load from '@echogarden/espeak-ng-emscripten'
import { speakPiece } from './speak-piece.js'
import type { VoiceAnswer, VoiceTask } from './voice-thread.js'

// A thread whose event loop runs empty waits for V8's background work of all threads, and Node 20 may then wait for ever
// (nodejs/node#54918). So it never runs empty while this one starts.
parentPort?.ref()
const { eSpeakNGWorker } = await load()
const espeak = new eSpeakNGWorker()

function answerTo({ id, words, voice, manner }: VoiceTask): VoiceAnswer {
  try {
    if (espeak.set_voice(voice) !== 0) return { id, unknownVoice: voice }
    espeak.set_rate(manner.wordsPerMinute)
    espeak.set_pitch(manner.pitch)
    espeak.set_range(manner.range)
    espeak.set_volume(manner.volume)
    return { id, ...speakPiece(espeak, words) }
  } catch (error) {
    return { id, problem: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.on('message', (task: VoiceTask) => parentPort?.postMessage(answerTo(task)))

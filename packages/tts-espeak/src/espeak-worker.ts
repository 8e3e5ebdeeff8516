import { parentPort, workerData } from 'node:worker_threads'
import { openEspeakEngine } from './espeak-engine.js'
import { type FromWorker, slotOf, type ToWorker } from './worker-messages.js'

/** The thread in which espeak-ng speaks: one request after the other, each until it is done or cancelled. */

const port = parentPort
if (port === null) throw new Error('espeak-worker runs as a worker thread')
const cancelled = new Int32Array(workerData as SharedArrayBuffer)
const engine = await openEspeakEngine()
const tell = (message: FromWorker): void => port.postMessage(message)

port.on('message', ({ id, text, voice }: ToWorker) => {
  const wanted = (): boolean => Atomics.load(cancelled, slotOf(id)) === 0
  try {
    if (wanted()) {
      engine.speak({ text, voice }, piece => {
        tell({ kind: 'pieces', id, pieces: [piece] })
        return wanted()
      })
    }
    tell({ kind: 'done', id })
  } catch (error) {
    tell({ kind: 'failed', id, message: error instanceof Error ? error.message : String(error) })
  }
})
tell({ kind: 'ready', sampleRate: engine.sampleRate, languages: engine.languages })

/**
 * The thread in which sherpa-onnx runs (WebAssembly, one recogniser, a stream for each turn). Whatever the program does
 * with a bad model, throw or leave the process, ends this thread and nothing else.
 */

import { createRequire } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { SherpaModel } from './model-folder.js'
import type { ThreadAnswer, ThreadConfig, ThreadTask } from './thread-protocol.js'

/** The part of the package that is used; it has no types. */
interface SherpaPackage {
  createOnlineRecognizer(config: object): Recogniser
}

interface Recogniser {
  readonly handle: number
  createStream(): Stream
  isReady(stream: Stream): boolean
  decode(stream: Stream): void
  getResult(stream: Stream): { text: string; tokens?: string[]; timestamps?: number[] }
}

interface Stream {
  acceptWaveform(sampleRate: number, samples: Float32Array): void
  inputFinished(): void
  free(): void
}

interface Turn {
  readonly stream: Stream
  told: string
}

const config = workerData as ThreadConfig
const turns = new Map<number, Turn>()

function tell(answer: ThreadAnswer): void {
  parentPort?.postMessage(answer)
}

function filesOf(model: SherpaModel): object {
  switch (model.kind) {
    case 'transducer':
      return { transducer: { encoder: model.encoder, decoder: model.decoder, joiner: model.joiner } }
    case 'paraformer':
      return { paraformer: { encoder: model.encoder, decoder: model.decoder } }
    default:
      return { [model.kind]: { model: model.model } }
  }
}

function load(): Recogniser | undefined {
  let sherpa: SherpaPackage
  try {
    sherpa = createRequire(import.meta.url)('sherpa-onnx') as SherpaPackage
  } catch (error) {
    tell({ kind: 'refused', why: 'package', problem: String(error) })
    return undefined
  }
  try {
    const recogniser = sherpa.createOnlineRecognizer({
      modelConfig: {
        ...filesOf(config.model),
        tokens: config.model.tokens,
        numThreads: 1,
        provider: 'cpu',
        debug: 0,
      },
      decodingMethod: config.decoding,
      // Turns are the gateway's to decide.
      enableEndpoint: 0,
    })
    if (recogniser.handle !== 0) return recogniser
    tell({ kind: 'refused', why: 'model', problem: 'it does not accept the files' })
  } catch (error) {
    // The program throws numbers, which say nothing.
    const problem = error instanceof Error ? error.message : 'it cannot read the files'
    tell({ kind: 'refused', why: 'model', problem })
  }
  return undefined
}

function work(recogniser: Recogniser, task: ThreadTask): void {
  if (task.kind === 'begin') {
    turns.set(task.id, { stream: recogniser.createStream(), told: '' })
    return
  }
  const turn = turns.get(task.id)
  if (turn === undefined) return
  if (task.kind === 'sound') {
    turn.stream.acceptWaveform(
      config.sampleRate,
      Float32Array.from(task.samples, sample => sample / 32_768),
    )
    decode(recogniser, turn, task.id, false)
    tell({ kind: 'worked', id: task.id, samples: task.samples.length })
  } else {
    if (task.kind === 'finish') {
      turn.stream.acceptWaveform(
        config.sampleRate,
        new Float32Array((config.sampleRate * config.tailMs) / 1000),
      )
      turn.stream.inputFinished()
      decode(recogniser, turn, task.id, true)
    }
    turn.stream.free()
    turns.delete(task.id)
  }
}

function decode(recogniser: Recogniser, turn: Turn, id: number, isFinal: boolean): void {
  while (recogniser.isReady(turn.stream)) recogniser.decode(turn.stream)
  const { text, tokens = [], timestamps = [] } = recogniser.getResult(turn.stream)
  const plain = text.trim()
  if (!isFinal && plain === turn.told) return
  turn.told = plain
  tell({ kind: isFinal ? 'final' : 'partial', id, text: plain, tokens, timestamps })
}

const recogniser = load()
if (recogniser === undefined) parentPort?.close()
else {
  tell({ kind: 'ready' })
  parentPort?.on('message', (task: ThreadTask) => work(recogniser, task))
}

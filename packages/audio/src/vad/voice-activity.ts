/**
 * Neural voice activity detection: Silero v6 by our own kernel. One `VoiceActivity` serves a process and holds the
 * weights once; each direction of a session opens a detector of its own, which is about a kilobyte of state.
 * Plain arithmetic throughout: the same samples give the same probabilities, bit for bit, on every machine.
 */

import { instantiateKernel, type VadBranch, type VadKernel } from './kernel.js'

/** The two files of `assets/silero`. */
export interface VoiceActivityFiles {
  readonly wasm: ArrayBuffer | Uint8Array
  readonly weights: Uint8Array
}

export interface VoiceActivity {
  /** A detector with nothing heard yet. Throws a `RangeError` for any other rate. */
  open(rate: VoiceRate): VoiceDetector
  /** Bytes one open detector holds in the shared memory. */
  readonly stateBytes: number
  /** Bytes of the shared memory, weights included. */
  readonly memoryBytes: number
}

export type VoiceRate = 8000 | 16000

export interface VoiceDetector {
  readonly rate: VoiceRate
  /** Samples `process` takes: 512 at 16 kHz, 256 at 8 kHz; 32 ms either way. */
  readonly windowSize: number
  /**
   * Probability of voice in the next window, 0..1. Windows follow each other without gap or overlap. Throws a
   * `RangeError` for a window of another size; a closed detector answers 0.
   */
  process(window: Int16Array): number
  /**
   * Like `process`, for a window known to sound like the last one processed (the same silence): moves the memory on
   * without analysing the sound, at under a third of the cost. With nothing processed yet it is `process`.
   */
  coast(window: Int16Array): number
  /** Forgets what was heard, as after a break in the stream. */
  reset(): void
  /** Gives the state back. Closing twice does nothing. */
  close(): void
}

/** Compiles the kernel and loads the weights: once per process, some tens of ms. Throws a `TypeError` on wrong files. */
export async function compileVoiceActivity(files: VoiceActivityFiles): Promise<VoiceActivity> {
  const { kernel, wide, narrow } = await instantiateKernel(files.wasm, files.weights)
  return {
    stateBytes: kernel.stateBytes,
    get memoryBytes() {
      return kernel.memoryBytes
    },
    open(rate) {
      if (rate !== 8000 && rate !== 16000) {
        throw new RangeError(`Voice activity works at 8000 and 16000 Hz, not ${rate}; resample first.`)
      }
      return openDetector(kernel, rate, rate === 16000 ? wide : narrow)
    },
  }
}

function openDetector(kernel: VadKernel, rate: VoiceRate, branch: VadBranch): VoiceDetector {
  const { windowSize } = branch
  const slot = kernel.take()
  let open = true
  let analysed = false
  const requireSize = (window: Int16Array): void => {
    if (window.length === windowSize) return
    throw new RangeError(`A window at ${rate} Hz has ${windowSize} samples, not ${window.length}.`)
  }
  const process = (window: Int16Array): number => {
    requireSize(window)
    if (!open) return 0
    analysed = true
    return kernel.infer(slot, branch, window)
  }
  return {
    rate,
    windowSize,
    process,
    coast(window) {
      if (!open || !analysed) return process(window)
      requireSize(window)
      return kernel.coast(slot, branch, window)
    },
    reset() {
      if (!open) return
      analysed = false
      kernel.clear(slot)
    },
    close() {
      if (!open) return
      open = false
      kernel.give(slot)
    },
  }
}

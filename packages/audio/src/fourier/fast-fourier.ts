/**
 * The transform of real samples by PFFFT (J. Pommier), SIMD WebAssembly: about a third of the plain code's time. One
 * module serves a process or page: transforms of one size share its tables and its two buffers, since every call is
 * synchronous, so that making one costs nothing and nothing need be freed.
 */

import loadPffft, { type PffftModule } from '@echogarden/pffft-wasm/simd'
import { type MakeFourier, type RealFourier, requireFourierSize } from './real-fourier.js'

export interface FastFourierOptions {
  /**
   * The module's bytes (`@echogarden/pffft-wasm/dist/simd/pffft.wasm`), for pages that may not fetch it. Without them
   * Node reads the file of the package, and a browser fetches it from beside the script.
   */
  readonly wasm?: ArrayBuffer | Uint8Array
}

const real = 0
const forward = 0

/** Loads the WebAssembly module. Load once per process or page and share it. Rejects where SIMD is missing. */
export async function loadFastFourier({ wasm }: FastFourierOptions = {}): Promise<MakeFourier> {
  const pffft = await loadPffft(wasm === undefined ? {} : { wasmBinary: wasm })
  const made = new Map<number, RealFourier>()
  return size => {
    requireFourierSize(size)
    const known = made.get(size)
    if (known !== undefined) return known
    const fourier = createFastFourier(pffft, size)
    made.set(size, fourier)
    return fourier
  }
}

function createFastFourier(pffft: PffftModule, size: number): RealFourier {
  const setup = pffft._pffft_new_setup(size, real)
  const input = pffft._pffft_aligned_malloc(size * 4)
  const output = pffft._pffft_aligned_malloc(size * 4)
  const work = pffft._pffft_aligned_malloc(size * 4)
  if (setup === 0 || input === 0 || output === 0 || work === 0) {
    throw new Error('The Fourier transform got no memory; give the process more.')
  }
  const from = input >> 2
  const to = output >> 2
  const half = size / 2

  return {
    size,
    powerOf(samples, power) {
      const heap = pffft.HEAPF32
      for (let i = 0; i < size; i++) heap[from + i] = samples[i] as number
      pffft._pffft_transform_ordered(setup, input, output, work, forward)
      // The two real bins, the first and the last, share the first pair.
      power[0] = (heap[to] as number) ** 2
      power[half] = (heap[to + 1] as number) ** 2
      for (let k = 1, at = to + 2; k < half; k++, at += 2) {
        power[k] = (heap[at] as number) ** 2 + (heap[at + 1] as number) ** 2
      }
    },
    correlationOf(power, correlation) {
      const heap = pffft.HEAPF32
      heap[from] = power[0] as number
      for (let k = 1; k < half; k++) {
        heap[from + k] = power[k] as number
        heap[from + size - k] = power[k] as number
      }
      heap[from + half] = power[half] as number
      pffft._pffft_transform_ordered(setup, input, output, work, forward)
      const lags = Math.min(half, correlation.length)
      for (let k = 0, at = to; k < lags; k++, at += 2) correlation[k] = heap[at] as number
      if (correlation.length > half) correlation[half] = heap[to + 1] as number
    },
  }
}

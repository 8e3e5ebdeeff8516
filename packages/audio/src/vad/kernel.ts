/**
 * The WebAssembly instance that runs Silero VAD v6, and the memory it shares with its sessions: scratch, one copy of
 * the weights of both rates, then one small slot per session. Knows addresses and nothing of audio. A freed slot is
 * zeroed before it is given out again, so no session ever sees another's state.
 */

export interface VadKernel {
  /** Takes a zeroed slot; the memory grows when none is free. */
  take(): number
  /** Gives a slot back. The caller sees to it that this happens once. */
  give(slot: number): void
  /** Forgets everything the slot has heard. */
  clear(slot: number): void
  /** Probability of voice in a window, 0..1. Allocates nothing. */
  infer(slot: number, branch: VadBranch, window: Int16Array): number
  /** The same for a window that sounds like the last one inferred, for under a third of the work. */
  coast(slot: number, branch: VadBranch, window: Int16Array): number
  /** Bytes of one slot. */
  readonly stateBytes: number
  /** Bytes of the whole memory now. */
  readonly memoryBytes: number
}

export interface VadBranch {
  /** Samples of one window: 512 at 16 kHz, 256 at 8 kHz. */
  readonly windowSize: number
  readonly fftSize: number
  /** Address of the weights, and of the part of them that `coast` needs. */
  readonly weights: number
  readonly recurrent: number
}

export interface VadLayout {
  readonly kernel: VadKernel
  readonly wide: VadBranch
  readonly narrow: VadBranch
}

/** The exports of `tools/vad/kernel`. */
interface KernelExports {
  readonly memory: WebAssembly.Memory
  inputAddress(): number
  scratchBytes(): number
  stateBytes(): number
  recurrentBytes(): number
  infer(weights: number, state: number, fftSize: number): number
  coast(recurrent: number, state: number, fftSize: number): number
}

const pageBytes = 65_536
const growPages = 4
const headerBytes = 16
const magic = 0x44415650
const version = 1

/** Compiles the kernel and puts the weights into its memory. Throws when the two files do not belong together. */
export async function instantiateKernel(
  wasm: ArrayBuffer | Uint8Array,
  weights: Uint8Array,
): Promise<VadLayout> {
  const sizes = readHeader(weights)
  const { instance } = await WebAssembly.instantiate(wasm, {})
  const exports = instance.exports as unknown as KernelExports
  const wideAt = exports.scratchBytes()
  const narrowAt = wideAt + sizes.wide
  const slotsAt = narrowAt + sizes.narrow
  growTo(exports.memory, slotsAt)
  new Uint8Array(exports.memory.buffer).set(weights.subarray(headerBytes), wideAt)
  return {
    kernel: createKernel(exports, slotsAt),
    wide: { windowSize: 512, fftSize: 256, weights: wideAt, recurrent: narrowAt - exports.recurrentBytes() },
    narrow: {
      windowSize: 256,
      fftSize: 128,
      weights: narrowAt,
      recurrent: slotsAt - exports.recurrentBytes(),
    },
  }
}

function createKernel(exports: KernelExports, slotsAt: number): VadKernel {
  const { memory } = exports
  const stateBytes = exports.stateBytes()
  const free: number[] = []
  let next = slotsAt
  let input = new Int16Array(memory.buffer, exports.inputAddress(), 512)

  const reserve = (): number => {
    const slot = next
    next += stateBytes
    if (next > memory.buffer.byteLength) {
      growTo(memory, next)
      input = new Int16Array(memory.buffer, exports.inputAddress(), 512)
    }
    return slot
  }

  const clear = (slot: number): void => {
    new Uint8Array(memory.buffer, slot, stateBytes).fill(0)
  }

  return {
    stateBytes,
    get memoryBytes() {
      return memory.buffer.byteLength
    },
    take() {
      const slot = free.pop() ?? reserve()
      clear(slot)
      return slot
    },
    give: slot => {
      free.push(slot)
    },
    clear,
    infer(slot, branch, window) {
      input.set(window)
      return exports.infer(branch.weights, slot, branch.fftSize)
    },
    coast(slot, branch, window) {
      input.set(window)
      return exports.coast(branch.recurrent, slot, branch.fftSize)
    },
  }
}

function growTo(memory: WebAssembly.Memory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / pageBytes)
  if (missing > 0) memory.grow(Math.max(missing, growPages))
}

function readHeader(weights: Uint8Array): { wide: number; narrow: number } {
  const header = new DataView(weights.buffer, weights.byteOffset, weights.byteLength)
  if (weights.byteLength < headerBytes || header.getUint32(0, true) !== magic) {
    throw new TypeError('These are not the weights of the voice activity detector; reinstall the package.')
  }
  const [wide, narrow] = [header.getUint32(8, true) * 4, header.getUint32(12, true) * 4]
  if (header.getUint32(4, true) !== version || weights.byteLength !== headerBytes + wide + narrow) {
    throw new TypeError(
      'The voice activity weights are cut short or of another version; reinstall the package.',
    )
  }
  return { wide, narrow }
}

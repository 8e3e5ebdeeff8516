// The smallest host of the kernel, so that this folder needs no build of the workspace.

/** Probabilities of voice of each whole window of PCM16 `samples`. */
export async function runKernel({ wasm, weights, samples, rate }) {
  const { instance } = await WebAssembly.instantiate(wasm, {})
  const { memory, infer, inputAddress, scratchBytes, stateBytes } = instance.exports
  const weightsAt = scratchBytes()
  const stateAt = weightsAt + weights.length - 16
  memory.grow(Math.ceil((stateAt + stateBytes()) / 65536))
  new Uint8Array(memory.buffer).set(weights.subarray(16), weightsAt)
  const [fftSize, branchAt] =
    rate === 16000 ? [256, weightsAt] : [128, weightsAt + weights.readUInt32LE(8) * 4]
  const size = fftSize * 2
  const input = new Int16Array(memory.buffer, inputAddress(), size)
  return Float32Array.from({ length: Math.floor(samples.length / size) }, (_, window) => {
    input.set(samples.subarray(window * size, (window + 1) * size))
    return infer(branchAt, stateAt, fftSize)
  })
}

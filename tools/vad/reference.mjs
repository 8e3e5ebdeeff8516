// The same model by ONNX Runtime, the way its makers feed it: 32 ms windows with the tail of the last one in front.

import { readFile } from 'node:fs/promises'
import ort from 'onnxruntime-node'

const model = new URL('fixtures/silero_vad.onnx', import.meta.url)

/** Probabilities of voice of each whole window of PCM16 `samples`. */
export async function referenceProbabilities(samples, rate) {
  const session = await ort.InferenceSession.create(await readFile(model), { intraOpNumThreads: 1 })
  const size = rate === 16000 ? 512 : 256
  const context = size / 8
  const sr = new ort.Tensor('int64', BigInt64Array.of(BigInt(rate)), [])
  const input = new Float32Array(context + size)
  const probabilities = new Float32Array(Math.floor(samples.length / size))
  let state = new ort.Tensor('float32', new Float32Array(256), [2, 1, 128])
  for (let window = 0; window < probabilities.length; window++) {
    input.copyWithin(0, size)
    for (let i = 0; i < size; i++) input[context + i] = samples[window * size + i] / 32768
    const result = await session.run({
      input: new ort.Tensor('float32', input, [1, context + size]),
      state,
      sr,
    })
    probabilities[window] = result.output.data[0]
    state = result.stateN
  }
  await session.release()
  return probabilities
}

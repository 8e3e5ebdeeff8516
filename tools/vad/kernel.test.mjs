// Holds the committed kernel to its source, and its results to ONNX Runtime.

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { readFixtures } from './audio.mjs'
import { compileKernel } from './compile.mjs'
import { extractWeights } from './extract.mjs'
import { runKernel } from './host.mjs'
import { referenceProbabilities } from './reference.mjs'

const assets = new URL('../../packages/audio/assets/silero/', import.meta.url)
const wasm = await readFile(new URL('silero-vad.wasm', assets))
const weights = await readFile(new URL('silero-vad.weights', assets))

test('the committed kernel is what its source compiles to', async () => {
  assert.ok(wasm.equals(await compileKernel()), 'run `npm run build` in tools/vad')
})

test('the committed weights are those of the ONNX file', async () => {
  const onnx = await readFile(new URL('fixtures/silero_vad.onnx', import.meta.url))
  assert.ok(weights.equals(extractWeights(onnx)), 'run `npm run build` in tools/vad')
})

for (const rate of [16000, 8000]) {
  test(`agrees with ONNX Runtime within 1e-5 at ${rate} Hz`, async context => {
    const samples = await readFixtures(rate)
    const ours = await runKernel({ wasm, weights, samples, rate })
    const theirs = await referenceProbabilities(samples, rate)
    const worst = ours.reduce((most, value, window) => Math.max(most, Math.abs(value - theirs[window])), 0)
    const voiced = theirs.filter(probability => probability > 0.5).length
    context.diagnostic(
      `${(samples.length / rate).toFixed(0)} s, ${voiced} of ${theirs.length} windows voiced, worst ${worst.toExponential(2)}`,
    )
    assert.ok(voiced > theirs.length / 10, 'the fixtures hold speech')
    assert.ok(worst <= 1e-5, `differs by ${worst}`)
  })
}

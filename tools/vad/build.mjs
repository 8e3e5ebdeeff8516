// Writes the kernel and the weights into the audio package: `npm run build` in this folder.

import { readFile, writeFile } from 'node:fs/promises'
import { compileKernel } from './compile.mjs'
import { extractWeights } from './extract.mjs'

const assets = new URL('../../packages/audio/assets/silero/', import.meta.url)
const onnx = await readFile(new URL('fixtures/silero_vad.onnx', import.meta.url))
const files = { 'silero-vad.wasm': await compileKernel(), 'silero-vad.weights': extractWeights(onnx) }
for (const [name, bytes] of Object.entries(files)) {
  await writeFile(new URL(name, assets), bytes)
  console.log(`${name}: ${bytes.length} bytes`)
}

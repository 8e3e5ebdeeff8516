// Compiles the kernel. The same source and compiler give the same bytes, which the test holds the committed file to.

import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const entry = fileURLToPath(new URL('kernel/index.ts', import.meta.url))

/** The bytes of `silero-vad.wasm`. */
export async function compileKernel() {
  let binary
  const { error, stderr } = await asc.main(
    [
      entry,
      '--outFile',
      'kernel.wasm',
      '-O3',
      '--converge',
      '--noAssert',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--initialMemory',
      '1',
      '--memoryBase',
      '1024',
    ],
    {
      writeFile: (_name, contents) => {
        binary = Buffer.from(contents)
      },
    },
  )
  if (error) throw new Error(`the kernel does not compile\n${stderr.toString()}`, { cause: error })
  return binary
}

/// <reference types="node" />
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { describe, expect, it } from 'vitest'

const client = JSON.stringify(fileURLToPath(new URL('../../../client/dist/index.js', import.meta.url)))

/** kB of what a page loads at once, minified and compressed; what it loads later, if ever, is not in it. */
async function gzipKb(entry: string): Promise<number> {
  const build = await rolldown({
    input: 'entry.js',
    platform: 'browser',
    treeshake: true,
    external: ['react', 'react/jsx-runtime', 'socket.io-client'],
    plugins: [
      {
        name: 'entry',
        resolveId: id => (id === 'entry.js' ? '\0entry.js' : null),
        load: id => (id === '\0entry.js' ? entry : null),
      },
    ],
  })
  const { output } = await build.generate({ format: 'esm', minify: true })
  await build.close()
  const [first, ...others] = output
  const chunks = new Map(
    others.flatMap(each => (each.type === 'chunk' ? [[each.fileName, each] as const] : [])),
  )
  const atOnce = new Set([first])
  for (const chunk of atOnce)
    for (const name of chunk.imports) {
      const needed = chunks.get(name)
      if (needed !== undefined) atOnce.add(needed)
    }
  // Into how many files it is cut is the bundler's affair, and differs by what else an application has.
  const code = [...atOnce].map(chunk => chunk.code).join('')
  return gzipSync(code, { level: 9 }).length / 1000
}

describe('what a page loads', () => {
  it('is at most 25 kB for the whole browser SDK, without a transport that is asked for by name', async () => {
    expect(await gzipKb(`export * from ${client}`)).toBeLessThanOrEqual(25)
  })

  it('is at most 20 kB for a voice agent', async () => {
    const kb = await gzipKb(`import { createVoice } from ${client}; globalThis.createVoice = createVoice`)
    expect(kb).toBeLessThanOrEqual(20)
  })
})

/** Looks whether this machine can run the embedded recogniser, by starting it: what imports may still not run. */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { defaultModel } from './known-words.js'

export type FoundPocketsphinx =
  | { readonly available: true; readonly python: string; readonly model: string }
  /** Sentences for people: what is missing and what to do. */
  | { readonly available: false; readonly reason: string; readonly cure: string }

export interface FindPocketsphinxOptions {
  /** Interpreters to try, in order. Default: Debian's own, for which its packages are, then the one on the path. */
  readonly pythons?: readonly string[]
  /** Folder of the model. Default: where Debian puts it. */
  readonly model?: string
}

export const workerPath: string = fileURLToPath(
  new URL('../../assets/pocketsphinx_worker.py', import.meta.url),
)

const cure =
  'Install it with: apt-get install pocketsphinx-en-us python3-pocketsphinx. Without it, type or use the recogniser of the browser.'
const PROBE_TIMEOUT_MS = 15_000

/** What the worker may see of our environment: nothing secret. */
export function workerEnvironment(model: string): Record<string, string> {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', POCKETSPHINX_MODEL: model }
}

/** Never throws. Takes about 0.1 s where the recogniser is there. */
export async function findPocketsphinx(options: FindPocketsphinxOptions = {}): Promise<FoundPocketsphinx> {
  const { pythons = ['/usr/bin/python3', 'python3'], model = defaultModel } = options
  let reason = 'No Python interpreter was given.'
  for (const python of pythons) {
    const problem = await probe(python, model)
    if (problem === undefined) return { available: true, python, model }
    reason = problem
  }
  return { available: false, reason, cure }
}

function probe(python: string, model: string): Promise<string | undefined> {
  const env = workerEnvironment(model)
  return new Promise(resolve => {
    execFile(
      python,
      [workerPath, '--probe'],
      { env, timeout: PROBE_TIMEOUT_MS },
      (error, _stdout, stderr) => {
        if (error === null) return resolve(undefined)
        const said = stderr.trim().split('\n').at(-1) ?? ''
        resolve(
          `${python}: ${'code' in error && error.code === 'ENOENT' ? 'not found' : said || error.message}.`,
        )
      },
    )
  })
}

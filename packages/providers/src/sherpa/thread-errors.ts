/** Why the recogniser's thread cannot answer, with what to do about it. */

import { createRequire } from 'node:module'
import { ParleyError } from '@parley/core'
import type { ThreadAnswer } from './thread-protocol.js'

const packageName = 'sherpa-onnx'

/** It died or left. */
export function threadFailed(reason: string): ParleyError {
  return new ParleyError('provider_failed', `The recogniser ${packageName} failed: ${reason}.`, {
    retryable: true,
  })
}

/** It could not be begun. */
export function threadRefused(
  model: string,
  { why, problem }: Extract<ThreadAnswer, { kind: 'refused' }>,
): ParleyError {
  if (why === 'model')
    return new ParleyError(
      'bad_config',
      `${packageName} refuses the model ${model}: ${problem}; pull it again.`,
    )
  const message = `The package ${packageName} cannot be loaded (${problem}); run: npm install ${packageName}`
  return new ParleyError('provider_missing', message)
}

/** @throws ParleyError `provider_missing` with the command that installs it. */
export function requirePackage(resolve = createRequire(import.meta.url).resolve): void {
  try {
    resolve(packageName)
  } catch (cause) {
    const message = `The package ${packageName} is not installed; run: npm install ${packageName}`
    throw new ParleyError('provider_missing', message, { cause, details: { package: packageName } })
  }
}

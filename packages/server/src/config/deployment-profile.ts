import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from './environment.js'
import { resolveConfig } from './resolve.js'

/**
 * The stricter check of a web voice deployment (`scripts/validate-config.js`): vendor, database, Redis and secret must
 * all be there. `parley start` asks for none of them. The sentences are part of the interface.
 */

export interface DeploymentVerdict {
  readonly errors: readonly string[]
  readonly warnings: readonly string[]
}

const required = ['OPENAI_API_KEY', 'JWT_SECRET', 'REDIS_URL', 'DATABASE_URL']
const requiredFiles = ['client/public/audio-worklet-processor.js']

/** @param folder where the required files are looked for */
export function checkDeployment(environment: Environment, folder: string): DeploymentVerdict {
  const missing = required
    .filter(name => !environment.has(name))
    .map(name => `Missing required environment variable: ${name}`)
  const files = requiredFiles
    .filter(file => !existsSync(join(folder, file)))
    .map(file => `Missing required file: ${file}`)
  const { problems } = resolveConfig(environment)
  const told = (level: 'error' | 'warning') =>
    problems.filter(problem => problem.level === level).map(({ sentence }) => sentence)
  return {
    errors: [...missing, ...told('error'), ...files],
    warnings: told('warning'),
  }
}

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ParleyError } from '@parley/core'

/** Shipped agents stand beside the workspace in a checkout, inside the package once it is installed. */
export function shippedFile(name: string): string {
  const places = ['../../agents/', '../../../../agents/']
  const found = places.map(place => fileURLToPath(new URL(place + name, import.meta.url))).find(existsSync)
  if (found === undefined)
    throw new ParleyError('bad_agent', `The shipped file ${name} is missing; reinstall Parley.`)
  return found
}

import { join } from 'node:path'
import { ParleyError } from '@parley/core'

/** Most that one archive may hold. */
export const mostEntries = 10_000
export const mostUnpackedBytes = 16_000_000_000

/**
 * Where an entry of an archive goes below `folder`, or undefined for one that is stripped away. @throws ParleyError
 * `bad_config` for a name that would leave the folder.
 */
export function entryPath(folder: string, name: string, strip: number): string | undefined {
  const parts = name.split('/').filter(part => part !== '' && part !== '.')
  const isUnsafe =
    name.startsWith('/') ||
    name.includes('\\') ||
    name.includes('\0') ||
    /^[a-z]:/i.test(name) ||
    parts.includes('..')
  if (isUnsafe) throw unsafe(name)
  const kept = parts.slice(strip)
  return kept.length === 0 ? undefined : join(folder, ...kept)
}

export function unsafe(name: string): ParleyError {
  return new ParleyError(
    'bad_config',
    `The archive holds "${name.slice(0, 200)}", which is not safe to unpack.`,
  )
}

export function damaged(what: string): ParleyError {
  return new ParleyError('provider_failed', `The archive is damaged: ${what}.`)
}

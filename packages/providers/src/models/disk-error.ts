import { ParleyError } from '@parley/core'

/** A fault of the disk as an error of ours; others pass unchanged. */
export function diskError(thrown: unknown, path: string): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new ParleyError('store_full', `There is no room left on the disk for ${path}.`, { cause: thrown })
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM')
    return new ParleyError('store_unavailable', `${path} cannot be written; check its owner and rights.`, {
      cause: thrown,
    })
  return thrown
}

import { ParleyError } from '@parley/core'

/**
 * Loads a package that need not be installed. @throws ParleyError `provider_missing` with the command that installs it;
 * what the package itself throws while loading, as its cause.
 */
export async function optionalPackage<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    const isMissing = isNotFound(cause, name)
    const message = isMissing
      ? `The package ${name} is not installed; run: npm install ${name}`
      : `The package ${name} cannot be loaded; install it again: npm install ${name}`
    throw new ParleyError('provider_missing', message, { cause, details: { package: name } })
  }
}

/** Whether this very package is missing, and not one that it needs. */
function isNotFound(cause: unknown, name: string): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const isAbsent = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
  return isAbsent && cause instanceof Error && cause.message.includes(`'${name}'`)
}

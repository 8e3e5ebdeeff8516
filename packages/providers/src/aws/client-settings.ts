import type { AccountOptions } from './options.js'

export interface ClientSettings {
  readonly region?: string
  readonly profile?: string
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  readonly endpoint?: string
  /** Trying again is done around adapters, not in them. */
  readonly maxAttempts: 1
  readonly logger: typeof quiet
}

/** Errors are ours to tell: the SDK would write to the console. */
const quiet = { debug() {}, info() {}, warn() {}, error() {} }

/** Settings for a client of the SDK. `baseUrl` counts unless it still names a region to be filled in. */
export function clientSettings(
  { region, profile, credentials, endpoint }: AccountOptions,
  baseUrl: string,
): ClientSettings {
  const address = endpoint ?? (baseUrl === '' || baseUrl.includes('{region}') ? undefined : baseUrl)
  return {
    maxAttempts: 1,
    logger: quiet,
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(address === undefined ? {} : { endpoint: address }),
    ...(credentials === undefined ? {} : { credentials: withoutUndefined(credentials) }),
  }
}

function withoutUndefined({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: NonNullable<AccountOptions['credentials']>): NonNullable<ClientSettings['credentials']> {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
}

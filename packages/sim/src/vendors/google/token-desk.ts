/** The token endpoint of a simulated Google: checks the signed claim of a service account and gives tokens for it. */

import { createVerify } from 'node:crypto'

export interface TokenDeskOptions {
  /** PEM, by the service account's address. */
  readonly accounts: Readonly<Record<string, string>>
  readonly epochMs: () => number
  /** How long a token lasts, seconds. */
  readonly tokenS: number
}

export type TokenAnswer =
  | {
      readonly status: 200
      readonly body: { access_token: string; expires_in: number; token_type: 'Bearer' }
    }
  | { readonly status: 400 | 401; readonly body: { error: string; error_description: string } }

export interface TokenDesk {
  /** `form` is the body of the request, `url` the address it came to. */
  answer(form: string, url: string): TokenAnswer
  isGood(token: string): boolean
  readonly given: number
}

const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const scope = 'https://www.googleapis.com/auth/cloud-platform'

export function tokenDesk({ accounts, epochMs, tokenS }: TokenDeskOptions): TokenDesk {
  const tokens = new Map<string, number>()

  return {
    get given() {
      return tokens.size
    },
    isGood: token => (tokens.get(token) ?? 0) > epochMs(),
    answer(form, url) {
      const fields = new URLSearchParams(form)
      if (fields.get('grant_type') !== grant) return refused('unsupported_grant_type', 'Invalid grant type.')
      const problem = problemOf(fields.get('assertion') ?? '', url)
      if (problem !== undefined) return refused('invalid_grant', problem)
      const token = `ya29.sim-${tokens.size + 1}`
      tokens.set(token, epochMs() + tokenS * 1000)
      return { status: 200, body: { access_token: token, expires_in: tokenS, token_type: 'Bearer' } }
    },
  }

  function problemOf(assertion: string, url: string): string | undefined {
    const [head = '', claims = '', signature = '', ...more] = assertion.split('.')
    if (more.length > 0 || read(head).alg !== 'RS256') return 'Invalid JWT: the algorithm must be RS256.'
    const { iss, aud, scope: wanted, iat, exp } = read(claims)
    const key = typeof iss === 'string' ? accounts[iss] : undefined
    if (key === undefined) return 'Invalid grant: account not found'
    const isSigned = createVerify('RSA-SHA256')
      .update(`${head}.${claims}`)
      .verify(key, signature, 'base64url')
    if (!isSigned) return 'Invalid JWT Signature.'
    if (aud !== url) return `Invalid JWT: the audience must be ${url}.`
    if (wanted !== scope) return 'Invalid scope.'
    const nowS = epochMs() / 1000
    if (
      typeof iat !== 'number' ||
      typeof exp !== 'number' ||
      exp - iat > 3_600 ||
      iat > nowS + 60 ||
      exp < nowS
    )
      return 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.'
    return undefined
  }
}

function refused(error: string, description: string): TokenAnswer {
  return { status: 400, body: { error, error_description: description } }
}

function read(part: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return {}
  }
}

/** The key file of a Google service account, and the signed claim by which it asks for a token (RFC 7523). */

import { createSign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ParleyError } from '@parley/core'
import { z } from 'zod'

const shape = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  token_uri: z.url().optional(),
})

export interface ServiceAccount {
  readonly email: string
  readonly privateKey: string
  readonly keyId: string | undefined
  readonly tokenUrl: string
}

const scope = 'https://www.googleapis.com/auth/cloud-platform'
const defaultTokenUrl = 'https://oauth2.googleapis.com/token'
/** The longest that is allowed. */
const CLAIM_S = 3_600

/** @throws ParleyError `bad_config` naming the file; never what is in it. */
export async function readServiceAccount(file: string): Promise<ServiceAccount> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ParleyError('bad_config', `The Google credentials file ${file} cannot be read.`, { cause })
  })
  const parsed = shape.safeParse(jsonOf(text))
  if (!parsed.success) {
    const message = `${file} is not the key file of a Google service account (type, client_email, private_key).`
    throw new ParleyError('bad_config', message)
  }
  const { client_email, private_key, private_key_id, token_uri } = parsed.data
  return {
    email: client_email,
    privateKey: private_key,
    keyId: private_key_id,
    tokenUrl: token_uri ?? defaultTokenUrl,
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A JWT signed with RS256, good for an hour. @throws ParleyError `bad_config` if the private key is none. */
export function signedClaim(account: ServiceAccount, audience: string, epochMs: number): string {
  const issuedAt = Math.floor(epochMs / 1000)
  const header = { alg: 'RS256', typ: 'JWT', ...(account.keyId === undefined ? {} : { kid: account.keyId }) }
  const claims = { iss: account.email, scope, aud: audience, iat: issuedAt, exp: issuedAt + CLAIM_S }
  const body = [header, claims].map(each => Buffer.from(JSON.stringify(each)).toString('base64url')).join('.')
  try {
    return `${body}.${createSign('RSA-SHA256').update(body).sign(account.privateKey, 'base64url')}`
  } catch {
    // The cause is left out: it may quote the key.
    throw new ParleyError('bad_config', `The private key of ${account.email} cannot be used.`)
  }
}

/** The signature that carriers put on their requests, after their documentation and independent of the gateway's. */

import { createHmac } from 'node:crypto'

export type Parameters = readonly (readonly [name: string, value: string])[]

/** Base64 of HMAC-SHA1 over the address and the sorted names and values of the form. */
export function signRequest(key: string, url: string, parameters: Parameters): string {
  const sorted = [...parameters].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const text = sorted.map(([name, value]) => `${name}${value}`).join('')
  return createHmac('sha1', key).update(`${url}${text}`, 'utf8').digest('base64')
}

/**
 * The ways in which a carrier may have written the address that it signed: with and without the port, as it was given or
 * as a URL parser writes it, and with the query as old encoders write it. Each names the same address, so trying all of them
 * gives nothing away.
 */

import { parse, stringify } from 'node:querystring'

/** Each once, the most likely first. */
export function urlVariants(url: string): readonly string[] {
  const variants = new Set([withoutPort(url), withPort(url)])
  if (URL.canParse(url)) {
    const plain = new URL(url).toString()
    const both = [withoutPort(plain), withPort(plain)]
    for (const one of both) variants.add(one)
    for (const one of both) variants.add(withOldQuery(one))
  }
  return [...variants]
}

interface Pieces {
  readonly scheme: string
  readonly user: string
  readonly host: string
  readonly port: string
  readonly rest: string
}

function split(url: string): Pieces | undefined {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)/i.exec(url)
  const [whole, scheme, authority] = match ?? []
  if (whole === undefined || scheme === undefined || authority === undefined) return undefined
  const userEnd = authority.lastIndexOf('@') + 1
  const address = authority.slice(userEnd)
  // The colons of an IPv6 address stand in brackets.
  const colon = address.indexOf(':', address.lastIndexOf(']') + 1)
  return {
    scheme,
    user: authority.slice(0, userEnd),
    host: colon < 0 ? address : address.slice(0, colon),
    port: colon < 0 ? '' : address.slice(colon),
    rest: url.slice(whole.length),
  }
}

function withoutPort(url: string): string {
  const pieces = split(url)
  return pieces === undefined ? url : pieces.scheme + pieces.user + pieces.host + pieces.rest
}

function withPort(url: string): string {
  const pieces = split(url)
  if (pieces === undefined || pieces.port !== '') return url
  const port = /^(https|wss):/i.test(pieces.scheme) ? ':443' : ':80'
  return pieces.scheme + pieces.user + pieces.host + port + pieces.rest
}

function withOldQuery(url: string): string {
  const start = url.indexOf('?')
  if (start < 0 || start === url.length - 1) return url
  return `${url.slice(0, start)}?${stringify(parse(url.slice(start + 1)))}`
}

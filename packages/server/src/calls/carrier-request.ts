/**
 * A request of a carrier's out of one of Fastify's. Its address is the one the carrier was given: PARLEY_PUBLIC_URL and the
 * path as it came. Neither `Host` nor what proxies forward has a say in it, so nobody can choose what a signature is for.
 */

import type { CarrierRequest } from '@parley/calls'
import type { FastifyRequest } from 'fastify'

/** @param publicUrl may have a path, which a proxy in front takes off or leaves. */
export function carrierRequest(
  request: FastifyRequest,
  { publicUrl, atMs }: { readonly publicUrl: string; readonly atMs: number },
): CarrierRequest {
  return {
    method: request.method,
    url: publicAddress(publicUrl, request.raw.url ?? '/'),
    headers: firstOfEach(request.headers),
    body: request.body instanceof Uint8Array ? request.body : new Uint8Array(),
    atMs,
  }
}

export function publicAddress(publicUrl: string, path: string): string {
  const base = publicUrl.replace(/\/+$/, '')
  const { origin, pathname } = new URL(publicUrl)
  const prefix = pathname.replace(/\/+$/, '')
  return prefix !== '' && path.startsWith(`${prefix}/`) ? origin + path : base + path
}

function firstOfEach(headers: FastifyRequest['headers']): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
}

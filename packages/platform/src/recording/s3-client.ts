/**
 * The few requests of S3 that recordings need, signed (AWS Signature Version 4), each tried again while the storage is slow, full of
 * requests or away. Works with whatever speaks the protocol.
 */

import { createHash } from 'node:crypto'
import { type Clock, limitTime, ParleyError } from '@parley/core'
import { AwsV4Signer } from 'aws4fetch'

export interface S3Place {
  /** `https://s3.<region>.amazonaws.com` for S3 itself. */
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** Whether the bucket stands in the path, not in the host name. */
  readonly pathStyle: boolean
}

export interface S3Options extends S3Place {
  readonly fetch: typeof fetch
  readonly clock: Clock
  /** Epoch ms: a signature is good for 15 minutes around it. */
  readonly epochMs: () => number
  /** Longest wait for one answer, ms. Default 30,000. */
  readonly timeoutMs?: number
  /** Default 4; waits 200 ms, 400 ms, 800 ms between them. */
  readonly attempts?: number
}

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** Name of the object; empty for the bucket itself. */
  readonly object: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array<ArrayBuffer>
}

export interface S3Answer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
}

/**
 * @throws ParleyError `not_found`, `store_unavailable` (retryable) where the storage is away, `store_failed` where it refuses
 */
export type S3Client = (request: S3Request) => Promise<S3Answer>

const FIRST_BACK_OFF_MS = 200

export function createS3Client(options: S3Options): S3Client {
  const { clock, timeoutMs = 30_000, attempts = 4 } = options
  /** Keys made of the secret, by day. */
  const cache = new Map<string, ArrayBuffer>()

  async function once(request: S3Request): Promise<S3Answer> {
    const { method, body } = request
    const signed = await new AwsV4Signer({
      method,
      url: urlOf(options, request),
      headers: { ...request.headers, 'x-amz-content-sha256': sha256(body ?? new Uint8Array(0)) },
      accessKeyId: options.accessKeyId,
      secretAccessKey: options.secretAccessKey,
      ...(options.sessionToken === undefined ? {} : { sessionToken: options.sessionToken }),
      service: 's3',
      region: options.region,
      datetime: new Date(options.epochMs()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
      cache,
    }).sign()
    const limit = limitTime(clock, timeoutMs, new AbortController().signal)
    try {
      const answer = await options.fetch(signed.url, {
        method,
        headers: signed.headers,
        signal: limit.signal,
        redirect: 'error',
        ...(body === undefined ? {} : { body }),
      })
      const bytes = new Uint8Array(await answer.arrayBuffer())
      return { status: answer.status, headers: answer.headers, bytes }
    } catch (cause) {
      const why = limit.late ? `did not answer within ${timeoutMs} ms` : 'cannot be reached'
      throw away(options, why, cause)
    } finally {
      limit.end()
    }
  }

  return async request => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await once(request).catch(ParleyError.from)
      const error = outcome instanceof ParleyError ? outcome : problemOf(outcome, options)
      if (error === undefined) return outcome as S3Answer
      if (!error.retryable || attempt >= attempts) throw error
      await new Promise<void>(resolve => clock.after(FIRST_BACK_OFF_MS * 2 ** (attempt - 1), resolve))
    }
  }
}

/** Text of the first element of that name, its entities read; undefined where there is none. */
export function xmlText(xml: string, name: string): string | undefined {
  const [, text] = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml) ?? []
  return text?.replace(/&(?:#(\d+)|#x([0-9a-fA-F]+)|(amp|lt|gt|quot|apos));/g, (_, decimal, hex, named) => {
    if (named !== undefined) return entities[named as keyof typeof entities]
    return String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal))
  })
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" } as const

/** Whole elements of that name, what is in them. */
export function xmlElements(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map(([, inner = '']) => inner)
}

function urlOf({ endpoint, bucket, pathStyle }: S3Place, { object, query = {} }: S3Request): string {
  const url = new URL(endpoint)
  const root = url.pathname.replace(/\/+$/, '')
  if (!pathStyle) url.host = `${bucket}.${url.host}`
  const path = object.split('/').map(encodeURIComponent).join('/')
  url.pathname = `${root}${pathStyle ? `/${bucket}` : ''}/${path}`
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}

function problemOf({ status, bytes }: S3Answer, place: S3Place): ParleyError | undefined {
  const text = new TextDecoder().decode(bytes.subarray(0, 4_096))
  // A multipart upload may fail behind a status that says it did not.
  const failedLate = status === 200 && text.includes('<Error>') && text.includes('<Code>')
  if (status < 300 && !failedLate) return undefined
  const code = xmlText(text, 'Code') ?? `status ${status}`
  if (status === 404 && code !== 'NoSuchBucket')
    return new ParleyError('not_found', 'There is no such object.')
  if (status >= 500 || status === 429 || failedLate) return away(place, `answers ${code}`)
  const message =
    `The object storage refuses: ${code} (bucket ${place.bucket}, region ${place.region}); ` +
    'compare PARLEY_RECORDINGS_S3_*.'
  return new ParleyError('store_failed', message)
}

function away({ endpoint }: S3Place, why: string, cause?: unknown): ParleyError {
  const message = `The object storage at ${new URL(endpoint).host} ${why}; recordings wait in PARLEY_RECORDINGS_DIR.`
  return new ParleyError('store_unavailable', message, { retryable: true, cause })
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/**
 * Downloads one file, and goes on where an earlier attempt broke off if it is still the same file at the vendor's. What
 * arrives is counted and hashed as it is written; nothing counts as downloaded before its size and SHA-256 are right.
 */

import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { type Clock, ParleyError } from '@parley/core'
import { lateError, refusalError, unreachableError } from '../wire/vendor-error.js'
import { hostOf, requireSafe, stopped } from './address.js'
import { diskError } from './disk-error.js'
import { receiveBody } from './receive-body.js'

export interface Download {
  readonly url: string
  /** Where it is at the end; until then beside it, as `….part`. */
  readonly path: string
  readonly sizeBytes: number | undefined
  readonly sha256: string | undefined
  readonly fetch: typeof fetch
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Longest silence, ms. */
  readonly idleTimeoutMs: number
  /** `totalBytes` where it is known. */
  onProgress(receivedBytes: number, totalBytes: number | undefined): void
}

export interface Downloaded {
  readonly sizeBytes: number
  readonly sha256: string
}

/** @throws ParleyError `provider_…`, `timeout`, `store_full`. What has arrived is kept for another attempt, unless it is wrong or the disk is full. */
export async function download(file: Download): Promise<Downloaded> {
  const part = `${file.path}.part`
  try {
    const begun = await beginning(part, file.url)
    const answer = await ask(file, begun)
    const hash = createHash('sha256')
    const kept = answer.status === 206 ? await hashFile(part, hash) : 0
    await writeFile(`${part}.json`, JSON.stringify({ url: file.url, tag: tagOf(answer) }))
    const handle = await open(part, kept > 0 ? 'a' : 'w')
    const total = totalOf(answer, kept)
    let size: number
    try {
      size = await receiveBody(file, { answer, handle, hash, kept, total })
    } finally {
      await handle.close()
    }
    const got = { sizeBytes: size, sha256: hash.digest('hex') }
    await check(file, got, total)
    await rename(part, file.path)
    await rm(`${part}.json`, { force: true })
    return got
  } catch (thrown) {
    const error = diskError(thrown, file.path)
    if (error instanceof ParleyError && error.code === 'store_full') await forget(part)
    throw error
  }
}

/** How far an earlier attempt came, if it was for the same address and the file can be told from a changed one. */
async function beginning(
  part: string,
  url: string,
): Promise<{ readonly from: number; readonly tag: string } | undefined> {
  try {
    const { url: before, tag } = JSON.parse(await readFile(`${part}.json`, 'utf8')) as Record<string, unknown>
    const { size } = await stat(part)
    return before === url && typeof tag === 'string' && size > 0 ? { from: size, tag } : undefined
  } catch {
    return undefined
  }
}

async function ask(file: Download, begun: Awaited<ReturnType<typeof beginning>>): Promise<Response> {
  const headers = begun === undefined ? undefined : { range: `bytes=${begun.from}-`, 'if-range': begun.tag }
  const answer = await request(file, headers)
  const isNext = answer.headers.get('content-range')?.startsWith(`bytes ${begun?.from}-`) === true
  // The rest is not what was asked for, or there is none: from the beginning, then.
  const isUseless = answer.status === 416 || (answer.status === 206 && !isNext)
  if (begun !== undefined && isUseless) {
    await answer.body?.cancel()
    return request(file, undefined)
  }
  return answer
}

async function request(
  { url, fetch: get, signal, clock, idleTimeoutMs }: Download,
  headers: Readonly<Record<string, string>> | undefined,
): Promise<Response> {
  const own = new AbortController()
  let late = false
  const cancel = clock.after(idleTimeoutMs, () => {
    late = true
    own.abort()
  })
  try {
    const answer = await get(url, {
      signal: AbortSignal.any([signal, own.signal]),
      // What is packed on the way could not be gone on with.
      headers: { 'accept-encoding': 'identity', ...headers },
    })
    requireSafe(answer.url === '' ? url : answer.url)
    if (answer.ok || answer.status === 416) return answer
    await answer.body?.cancel()
    throw refusalError(hostOf(url), { status: answer.status, body: answer.statusText })
  } catch (error) {
    if (error instanceof ParleyError) throw error
    if (late) throw lateError(hostOf(url), 'answer', idleTimeoutMs)
    if (signal.aborted) throw stopped()
    throw unreachableError(hostOf(url), error)
  } finally {
    cancel()
  }
}

async function check(
  { url, path, sizeBytes, sha256 }: Download,
  got: Downloaded,
  total: number | undefined,
): Promise<void> {
  const wanted = sizeBytes ?? total
  if (wanted !== undefined && got.sizeBytes < wanted)
    throw unreachableError(hostOf(url), new Error(`it broke off after ${got.sizeBytes} of ${wanted} bytes`))
  if (sha256 === undefined || got.sha256 === sha256) return
  await forget(`${path}.part`)
  const message = `${url} is not the file it should be: its SHA-256 is ${got.sha256}, not ${sha256}.`
  throw new ParleyError('provider_failed', message)
}

async function forget(part: string): Promise<void> {
  await rm(part, { force: true })
  await rm(`${part}.json`, { force: true })
}

/** Size and SHA-256 of a file. */
export async function digestOf(path: string): Promise<Downloaded> {
  const hash = createHash('sha256')
  const sizeBytes = await hashFile(path, hash)
  return { sizeBytes, sha256: hash.digest('hex') }
}

async function hashFile(path: string, hash: Hash): Promise<number> {
  let size = 0
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(bytes)
    size += bytes.length
  }
  return size
}

function tagOf({ headers }: Response): string | undefined {
  const tag = headers.get('etag')
  // A weak tag does not promise the same bytes.
  return tag === null || tag.startsWith('W/') ? (headers.get('last-modified') ?? undefined) : tag
}

function totalOf({ headers }: Response, kept: number): number | undefined {
  const length = Number(headers.get('content-length') ?? Number.NaN)
  return Number.isInteger(length) ? kept + length : undefined
}

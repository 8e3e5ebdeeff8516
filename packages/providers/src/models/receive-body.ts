/** Writes the body of an answer behind what a file already has, counting and hashing it on the way. */

import type { Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { ParleyError } from '@parley/core'
import { lateError, unreachableError } from '../wire/vendor-error.js'
import { hostOf, stopped } from './address.js'
import { diskError } from './disk-error.js'
import type { Download } from './download.js'

/** The largest file that is taken where none says its size. */
const MOST_BYTES = 8_000_000_000

export interface Receiving {
  readonly answer: Response
  readonly handle: FileHandle
  readonly hash: Hash
  readonly kept: number
  readonly total: number | undefined
}

/** Resolves with the size of the whole file. @throws ParleyError `provider_…`, `timeout`, `too_large`; faults of the disk as they are. */
export async function receiveBody(
  file: Download,
  { answer, handle, hash, kept, total }: Receiving,
): Promise<number> {
  const most = file.sizeBytes ?? total ?? MOST_BYTES
  const reader = answer.body?.getReader()
  let size = kept
  let late = false
  const arm = () =>
    file.clock.after(file.idleTimeoutMs, () => {
      late = true
      reader?.cancel().catch(() => undefined)
    })
  const stop = () => void reader?.cancel().catch(() => undefined)
  file.signal.addEventListener('abort', stop, { once: true })
  let cancel = arm()
  file.onProgress(size, file.sizeBytes ?? total)
  try {
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
      cancel()
      size += next.value.length
      if (size > most) throw new ParleyError('too_large', `${file.url} is larger than its ${most} bytes.`)
      hash.update(next.value)
      await handle.write(next.value)
      file.onProgress(size, file.sizeBytes ?? total)
      cancel = arm()
    }
  } catch (error) {
    stop()
    if (error instanceof ParleyError || diskError(error, file.path) !== error) throw error
    if (!file.signal.aborted) throw unreachableError(hostOf(file.url), error)
  } finally {
    cancel()
    file.signal.removeEventListener('abort', stop)
  }
  if (file.signal.aborted) throw stopped()
  if (late) throw lateError(hostOf(file.url), 'go on', file.idleTimeoutMs)
  return size
}

import { ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { garbageError, lateError, unreachableError } from './vendor-error.js'

export interface WholeBodyOptions {
  readonly vendor: string
  /** Longest silence, ms. */
  readonly idleTimeoutMs: number
  readonly maxBytes: number
}

/** The body of an answer as JSON, read whole. @throws ParleyError `timeout`, `too_large`, `provider_…`. */
export async function wholeBody(
  { clock }: VendorContext,
  response: Response,
  { vendor, idleTimeoutMs, maxBytes }: WholeBodyOptions,
): Promise<unknown> {
  const reader = response.body?.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  let late = false
  const arm = () =>
    clock.after(idleTimeoutMs, () => {
      late = true
      reader?.cancel().catch(() => undefined)
    })
  let cancel = arm()
  try {
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
      cancel()
      cancel = arm()
      chunks.push(next.value)
      size += next.value.length
      if (size > maxBytes) {
        reader?.cancel().catch(() => undefined)
        throw new ParleyError('too_large', `${vendor} answered with more than ${maxBytes} bytes.`)
      }
    }
  } catch (error) {
    throw error instanceof ParleyError ? error : unreachableError(vendor, error)
  } finally {
    cancel()
  }
  if (late) throw lateError(vendor, 'go on', idleTimeoutMs)
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    throw garbageError(vendor, error)
  }
}

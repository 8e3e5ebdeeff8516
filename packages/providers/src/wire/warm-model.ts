/**
 * Makes a connection by asking for the list of models, and says what the list tells of the one that is configured: that
 * it is not there, or on which day it ends.
 */

import { ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { httpCall } from './http-call.js'
import { wholeBody } from './whole-body.js'

export interface WarmModel {
  readonly context: VendorContext
  /** For people. */
  readonly vendor: string
  headers(key: string | undefined): Readonly<Record<string, string>>
  readonly model: string
  /** Of the list, behind the base URL. Default `/models`. */
  readonly path?: string
  readonly timeoutMs: number
}

const MAX_LIST_BYTES = 8_000_000

interface Listed {
  readonly id?: string
  readonly shutdown_date?: string | null
}

/** @throws ParleyError `provider_…` or `timeout` if the list cannot be had. */
export async function warmModel(warming: WarmModel): Promise<void> {
  const { context, vendor, headers, model, path = '/models', timeoutMs } = warming
  const response = await httpCall(
    context,
    { vendor, path, method: 'GET', headers, timeoutMs },
    new AbortController().signal,
  )
  const limits = { vendor, idleTimeoutMs: timeoutMs, maxBytes: MAX_LIST_BYTES }
  // The connection stands, which is what was wanted: a list that cannot be read says no more than none.
  const listed = modelsIn(await wholeBody(context, response, limits).catch(() => undefined))
  if (listed.length === 0) return
  const found = listed.find(({ id }) => id === model || id === `${model}:latest`)
  if (found === undefined) {
    const some = listed.map(({ id }) => id).slice(0, 10)
    context.warn(
      new ParleyError(
        'provider_rejected',
        `${vendor} does not list the model "${model}"; it has ${some.join(', ')}${listed.length > 10 ? ', …' : ''}.`,
      ),
    )
  } else if (typeof found.shutdown_date === 'string')
    context.warn(
      new ParleyError(
        'provider_rejected',
        `${vendor} ends the model "${model}" on ${found.shutdown_date}; choose another before.`,
      ),
    )
}

function modelsIn(body: unknown): readonly Listed[] {
  if (typeof body !== 'object' || body === null || !('data' in body)) return []
  return Array.isArray(body.data) ? (body.data as readonly Listed[]) : []
}

import { ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { httpCall } from '../wire/http-call.js'
import { bearer } from './bearer.js'

/** Opens a connection that later requests find open. Whatever is answered will do, as only the connection counts. */
export async function warmHttp(context: VendorContext, vendor: string, timeoutMs: number): Promise<void> {
  try {
    const call = { vendor, path: '/models', method: 'GET', headers: bearer, timeoutMs } as const
    const response = await httpCall(context, call, new AbortController().signal)
    await response.body?.cancel()
  } catch (thrown) {
    const error = ParleyError.from(thrown, 'provider_unreachable')
    if (error.code === 'provider_unreachable' || error.code === 'provider_refused') context.warn(error)
  }
}

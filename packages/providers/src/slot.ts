import { ParleyError } from '@parley/core'
import { z } from 'zod'
import type { Slot, VendorContext } from './vendor.js'

/** Joins the shape of a slot's options to what makes a provider of them. */
export function slot<Options, Made>(
  options: z.ZodType<Options>,
  create: (options: Options, context: VendorContext) => Made,
): Slot<Made> {
  return {
    options,
    create(given, context) {
      const parsed = options.safeParse(given ?? {})
      if (parsed.success) return create(parsed.data, context)
      throw new ParleyError('bad_config', z.prettifyError(parsed.error), {
        cause: parsed.error,
        details: { issues: parsed.error.issues.map(({ path, message }) => ({ path, message })) },
      })
    },
  }
}

/** The figures, put into the gateway. */

import { createAnalytics } from '@parley/platform'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { readPriceList } from '../gateway/read-price-list.js'
import { createGuard } from '../http/guard.js'
import type { ServerParts } from '../serve.js'
import { analyticsDatabase } from './analytics-database.js'
import { analyticsRoutes } from './analytics-routes.js'

/** @throws ParleyError `bad_config` for a price list that cannot be read. */
export async function attachAnalytics(
  parts: Pick<ServerParts, 'config' | 'store' | 'clock' | 'log' | 'lifecycle' | 'identity' | 'limits'>,
): Promise<FastifyPluginAsyncZod> {
  const { config, clock } = parts
  return analyticsRoutes({
    analytics: createAnalytics(await analyticsDatabase(parts), clock),
    guard: createGuard(parts),
    config,
    prices: config.pricesFile === undefined ? undefined : await readPriceList(config.pricesFile),
  })
}

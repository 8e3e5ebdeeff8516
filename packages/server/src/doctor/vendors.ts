import { vendors } from '@parley/providers'
import type { Config } from '../config/settings.js'
import { vendorFacts } from '../gateway/assemble-keys.js'
import { vendorProbe } from '../health/vendor-probe.js'
import { type Finding, ok, reasonOf, warn } from './finding.js'

/** Vendors whose key is there, each asked once; what is not configured is nothing to worry about. */

const LIMIT_MS = 5_000

export async function checkVendors(config: Config): Promise<Finding[]> {
  const keyed = vendors
    .flatMap(vendor => {
      const { keys, baseUrl } = vendorFacts(vendor, config)
      return keys.length > 0 && baseUrl !== '' ? [{ vendor, keys, baseUrl }] : []
    })
    // Some have an address and keys together.
    .filter(({ baseUrl }, at, all) => all.findIndex(other => other.baseUrl === baseUrl) === at)
  if (keyed.length === 0)
    return [
      ok('vendors', 'none has a key here; agents run on what is embedded (`parley providers` lists them)'),
    ]
  const each = keyed.map(async ({ vendor: { name, title, key, baseUrl: moved }, keys, baseUrl }) => {
    const counted = keys.length > 1 ? `, ${keys.length} keys` : ''
    try {
      for (const one of keys) {
        const probe = vendorProbe({
          vendor: name,
          title,
          baseUrl,
          key: one,
          organization: config.openaiOrgId,
        })
        await probe(AbortSignal.timeout(LIMIT_MS))
      }
      return ok(name, `answers${counted}`)
    } catch (error) {
      return warn(name, reasonOf(error), `Check ${key?.env}, ${moved?.env} and the vendor’s status page.`)
    }
  })
  return Promise.all(each)
}

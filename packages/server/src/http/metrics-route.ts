import type { FastifyPluginAsync } from 'fastify'
import type { Metrics } from '../metrics/metrics.js'

/** `/metrics` in the Prometheus text format; not there at all where metrics are turned off. */
export function metricsRoute(metrics: Pick<Metrics, 'registry'>, enabled: boolean): FastifyPluginAsync {
  return async app => {
    if (!enabled) return
    app.get(
      '/metrics',
      { schema: { summary: 'Prometheus metrics', tags: ['state'] } },
      async (_request, reply) => {
        const page = await metrics.registry.metrics()
        return reply.type(metrics.registry.contentType).header('cache-control', 'no-store').send(page)
      },
    )
  }
}

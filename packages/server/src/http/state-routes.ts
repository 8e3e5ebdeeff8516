import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Health } from '../health/health.js'

/** Pages that probes, balancers and people look at. No identity, no rate limit: they tell nothing of anyone. */

const iso = z.string().meta({ description: 'ISO 8601' })
const state = z.enum(['healthy', 'unhealthy', 'not_configured'])

const liveSchema = z.object({
  status: z.enum(['ok', 'healthy']).meta({ description: '`healthy` with HEALTH_STYLE=calls, else `ok`.' }),
  timestamp: iso,
  activeCalls: z.int(),
  uptime: z.number().meta({ description: 'Seconds since the start.' }),
})

const readySchema = z.object({
  ready: z.boolean(),
  reasons: z.array(z.string()).meta({ description: 'Why not, when not.' }),
})

const voiceSchema = z.object({
  status: z.enum(['healthy', 'unhealthy']),
  timestamp: iso,
  checks: z.object({ database: state, redis: state, openai: state, voice_services: state }).catchall(state),
  error: z.string().optional(),
})

export function stateRoutes(health: Health): FastifyPluginAsyncZod {
  return async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    app.get(
      '/health',
      { schema: { summary: 'Whether the process lives', tags: ['state'], response: { 200: liveSchema } } },
      async () => health.live(),
    )
    app.get(
      '/ready',
      {
        schema: {
          summary: 'Whether it takes conversations',
          tags: ['state'],
          response: { 200: readySchema, 503: readySchema },
        },
      },
      async (_request, reply) => {
        const { ready, reasons } = await health.ready()
        return reply.code(ready ? 200 : 503).send({ ready, reasons: [...reasons] })
      },
    )
    app.get(
      '/api/voice/health',
      {
        schema: {
          summary: 'What the gateway depends on',
          tags: ['state'],
          response: { 200: voiceSchema, 503: voiceSchema },
        },
      },
      async (_request, reply) => {
        const found = await health.voice()
        return reply.code(found.status === 'healthy' ? 200 : 503).send(found)
      },
    )
  }
}

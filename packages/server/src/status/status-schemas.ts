import { z } from 'zod'

/** What `/api/status` answers, as schemas: the source of `/openapi.json`. */

const count = z.int()
const epochMs = z.number().meta({ description: 'Milliseconds since 1970.' })
const problem = z.object({ text: z.string(), code: z.string().optional(), atMs: epochMs })

const limit = z.object({
  name: z.enum(['connections', 'connectionsPerAddress', 'sessionsPerPrincipal', 'ratePerAddress']),
  limit: z.number().nullable().meta({ description: 'Null: no limit of its own.' }),
  used: z.number().nullable().meta({
    description:
      'Now; of limits by address or user what the busiest one holds. Null where it is not counted.',
  }),
  holders: count.nullable().meta({ description: 'Addresses or users that hold something.' }),
  windowMs: z.number().optional(),
  refused: count.meta({ description: 'Since the start.' }),
})

const operation = z.object({
  sessions: count.meta({ description: 'Conversations now, of all tenants.' }),
  limits: z.array(limit),
  queues: z.array(
    z.object({
      name: z.enum(['store-waiting', 'store-log-dropped', 'recording-log-dropped']),
      value: count,
      limit: count.nullable(),
    }),
  ),
  store: z.object({ kind: z.enum(['pglite', 'postgres']), tookMs: z.number() }),
  host: z.object({
    overMs: z.number(),
    eventLoopP99Ms: z.number(),
    eventLoopMaxMs: z.number(),
    cpuShare: z.number().meta({ description: 'Share of one core.' }),
    cores: count,
    load1: z.number(),
    residentBytes: z.number(),
    heapBytes: z.number(),
    memoryBytes: z.number(),
  }),
  latency: z.array(
    z.object({
      type: z.enum(['first_token', 'partial_asr', 'barge_in']),
      targetMs: z.number(),
      measured: count,
      missed: count,
      worstMs: z.number(),
    }),
  ),
  providers: z.array(
    z.object({
      slot: z.string(),
      provider: z.string(),
      state: z.enum(['idle', 'good', 'failing', 'resting']),
      sinceMs: epochMs,
      answers: count,
      failures: count,
      lastProblem: problem.optional(),
    }),
  ),
  settings: z
    .array(
      z.object({
        group: z.string(),
        name: z.string(),
        value: z.string().meta({ description: 'As it may be shown: of a secret only its length.' }),
        source: z.string().meta({ description: 'The variable that won and where it stood, or `default`.' }),
      }),
    )
    .nullable()
    .meta({ description: 'Null where the gateway was not started from variables.' }),
  problems: z.array(
    z.object({
      level: z.enum(['error', 'warning']),
      name: z.string(),
      sentence: z.string(),
      cure: z.string(),
    }),
  ),
})

export const statusSchema = z.object({
  node: z.object({
    name: z.string().meta({ description: 'Of the machine; each node answers for itself alone.' }),
    version: z.string(),
    runtime: z.string(),
    startedAtMs: epochMs,
    atMs: epochMs,
    shared: z.boolean().meta({ description: 'Whether it shares its work with other nodes (Redis).' }),
  }),
  ready: z.boolean(),
  reasons: z.array(z.string()),
  dependencies: z.array(
    z.object({
      name: z.string(),
      own: z.boolean().meta({ description: 'One of the gateway’s own; the others are vendors.' }),
      status: z.enum(['healthy', 'unhealthy', 'not_configured']),
      sinceMs: epochMs.optional(),
      lastProblem: problem.optional(),
    }),
  ),
  tenant: z.string(),
  scopes: z.array(z.string()).meta({ description: 'Of the token that asks.' }),
  operation: operation.nullable().meta({ description: 'Only for the scope `operator`.' }),
})

export type StatusAnswer = z.infer<typeof statusSchema>
export type OperationAnswer = z.infer<typeof operation>

import { ParleyError } from '@parley/core'
import { parsePriceList } from '@parley/engines'
import { type Analytics, type AnalyticsQuery, type AnalyticsReport, localPrincipal } from '@parley/platform'
import Fastify from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { describe, expect, it } from 'vitest'
import { problemBody, problemOf } from '../http/problems.js'
import { analyticsRoutes } from './analytics-routes.js'
import { csvOf } from './tables.js'

const none = { rows: 0, p50: null, p90: null, p95: null, p99: null }
const some = { rows: 2, p50: 300, p90: 380, p95: 390, p99: 398.5 }
const sums = { sessions: 1, minutes: 1.5, turns: 2, replies: 2, interrupted: 1, latency: some }
const llm = { slot: 'llm', provider: 'openai', model: 'small', replies: 3 }

const unused = { audioMs: 0, characters: 0, inputTokens: 0, outputTokens: 0, cachedTokens: 0 }
const line = {
  agent: 'clinic',
  slot: 'llm',
  provider: 'openai',
  sessions: 2,
  requests: 3,
  uncounted: 0,
} as const

const report: AnalyticsReport = {
  headline: { ...sums, ended: 1 },
  previous: { ...sums, ended: 0, latency: none },
  overTime: [{ ...sums, atMs: 0 }],
  latency: { total: some, reported: 1, stages: [], providers: [], firstToken: some, bargeIn: none },
  interruptions: { rulings: [], heard: [] },
  talk: { sessions: 0, callerMs: 0, agentMs: 0, overlapMs: 0, overlaps: 0, shares: [] },
  endings: { reasons: [], byTurns: [], bySeconds: [] },
  groups: [{ ...sums, by: 'agent', name: '=cmd("x"),y', failed: 0 }],
  decisions: [],
  tools: [{ name: 'open-door', calls: 2, failed: null }],
  endpointing: { waits: none, long: 0, reopened: 0 },
  speculation: { prepared: 0, discarded: 0, audioMs: 0, words: 0, inputTokens: 0, outputTokens: 0 },
  usage: {
    sessions: 2,
    truncated: false,
    lines: [
      {
        ...line,
        model: 'small',
        used: { ...unused, inputTokens: 1_000_000 },
        wasted: { ...unused, inputTokens: 250_000 },
      },
      {
        ...line,
        slot: 'tts',
        provider: 'cartesia',
        model: null,
        used: { ...unused, characters: 9 },
        wasted: unused,
      },
      { ...line, model: 'small', uncounted: 3, used: unused, wasted: unused },
    ],
  },
  tokens: [
    { agent: 'priced', ...llm, counted: 3, inputTokens: 1_000_000, outputTokens: 2_000_000 },
    { agent: 'other model', ...llm, model: 'huge', counted: 3, inputTokens: 9, outputTokens: 9 },
    { agent: 'uncounted', ...llm, counted: 0, inputTokens: 0, outputTokens: 0 },
    {
      agent: 'nobody',
      slot: null,
      provider: null,
      model: null,
      replies: 1,
      counted: 0,
      inputTokens: 0,
      outputTokens: 0,
    },
  ],
  spend: [],
}

const prices = parsePriceList(
  'currency: EUR\nopenai: { llm: { small: { perMillionInput: 2, perMillionOutput: 3 } } }',
  'prices.yaml',
)

async function serve(answer: (query: AnalyticsQuery) => Promise<AnalyticsReport>, priced = true) {
  const analytics: Analytics = { report: answer }
  const app = Fastify()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler((error, _, reply) => {
    const { status, error: told } = problemOf(error)
    return reply.code(status).send(problemBody(told))
  })
  const guard = async (_: unknown, scope: unknown) => {
    if (scope !== 'sessions:read') throw new ParleyError('forbidden')
    return { ...localPrincipal, tenant: 'acme' }
  }
  const config = { targetFirstTokenMs: 300, targetBargeInMs: 50 }
  await app.register(analyticsRoutes({ analytics, guard, config, prices: priced ? prices : undefined }))
  return app
}

const range = 'from=0&until=86400000'

describe('figures over HTTP', () => {
  it('are asked for the tenant of the token and nobody else', async () => {
    const asked: AnalyticsQuery[] = []
    const app = await serve(async query => {
      asked.push(query)
      return report
    })
    const url = `/api/analytics?${range}&agent=a&tenant=rival&bucket=hour&tz=Europe/Madrid`
    const { statusCode, headers } = await app.inject(url)
    expect([statusCode, headers['cache-control']]).toEqual([200, 'no-store'])
    expect(asked).toEqual([
      {
        tenant: 'acme',
        fromMs: 0,
        untilMs: 86_400_000,
        agent: 'a',
        bucket: 'hour',
        timeZone: 'Europe/Madrid',
      },
    ])
  })

  it('price what was used, name what has no price, and take nothing unknown for free', async () => {
    const app = await serve(async () => report)
    const { costs } = (await app.inject(`/api/analytics?${range}`)).json()
    expect(
      costs.usage.map((row: { cost: number | null; wastedCost: number | null }) => [
        row.cost,
        row.wastedCost,
      ]),
    ).toEqual([
      [2, 0.5],
      [null, null],
      [null, null],
    ])
    expect(costs).toMatchObject({
      cost: 2,
      wastedCost: 0.5,
      unpriced: ['tts cartesia'],
      uncounted: 3,
      sessions: 2,
    })
    const csv = (await app.inject(`/api/analytics/usage?${range}`)).body.split('\r\n')
    expect(csv[1]).toBe('clinic,llm,openai,small,2,0,0,1000000,0,0,0,0,250000,0,0,3,0,2,0.5,EUR')
    const unlisted = (await (await serve(async () => report, false)).inject(`/api/analytics?${range}`)).json()
    expect(unlisted.costs).toMatchObject({ cost: null, unpriced: [], usage: [{ cost: null }, {}, {}] })
  })

  it('price tokens that were counted and have a price, and call the others unknown', async () => {
    const app = await serve(async () => report)
    const { costs, targets } = (await app.inject(`/api/analytics?${range}`)).json()
    expect(costs.tokens.map((row: { cost: number | null }) => row.cost)).toEqual([8, null, null, null])
    expect(costs.currency).toBe('EUR')
    expect(targets).toEqual({ firstTokenMs: 300, bargeInMs: 50, slowAnswerMs: 2_000 })
    const without = (await (await serve(async () => report, false)).inject(`/api/analytics?${range}`)).json()
    expect(without.costs).toMatchObject({ currency: null, tokens: [{ cost: null }, {}, {}, {}] })
  })

  it('come as tables, in which a name is never a formula and what is unknown is empty', async () => {
    const app = await serve(async () => report)
    const { body, headers } = await app.inject(`/api/analytics/groups?${range}`)
    expect(headers['content-type']).toBe('text/csv; charset=utf-8')
    expect(headers['content-disposition']).toBe('attachment; filename="parley-groups.csv"')
    expect(body.split('\r\n')).toEqual([
      'by,name,sessions,minutes,turns,replies,interrupted,failed,latency rows,latency p50,latency p90,latency p95,latency p99',
      `agent,"'=cmd(""x""),y",1,1.5,2,2,1,0,2,300,380,390,398.5`,
      '',
    ])
    expect((await app.inject(`/api/analytics/tools?${range}`)).body).toBe(
      'name,calls,failed\r\nopen-door,2,\r\n',
    )
  })

  it.each(['', 'from=1', 'from=x&until=2', `${range}&bucket=minute`])('are refused for ?%s', async query => {
    const app = await serve(async () => report)
    expect((await app.inject(`/api/analytics?${query}`)).statusCode).toBe(400)
  })

  it('are not there for a table that is none', async () => {
    const app = await serve(async () => report)
    expect((await app.inject(`/api/analytics/secrets?${range}`)).statusCode).toBe(400)
  })
})

describe('a table', () => {
  it('keeps lines and quotation marks in their cells', () => {
    const rows = [{ name: 'a "b"\nc', many: 1 }]
    expect(csvOf({ columns: ['name', 'many'], rows })).toBe('name,many\r\n"a ""b""\nc",1\r\n')
  })
})

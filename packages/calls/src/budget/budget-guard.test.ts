import type { Engine, EngineCall, ReplyPart, Turn } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CallId } from '../call.js'
import type { Reservation } from '../store/call-store.js'
import { createBudgetGuard } from './budget-guard.js'
import { budgetedEngine } from './budgeted-engine.js'
import { carrierMicros, parseCarrierPrices } from './carrier-prices.js'
import { createTurnEstimate } from './turn-estimate.js'

/** As the port has it: what is set aside counts as spent until it is settled. */
function memoryBook() {
  const rows = new Map<string, Reservation & { cost: number }>()
  const sum = (fits: (row: Reservation) => boolean) =>
    [...rows.values()].filter(fits).reduce((all, { cost }) => all + cost, 0)
  return {
    total: () => sum(() => true),
    reserve: async (asked: Reservation) => {
      await Promise.resolve()
      const { callMicros = Infinity, tenantDayMicros = Infinity, dayMicros = Infinity } = asked.limits
      const over =
        sum(({ call }) => call === asked.call) + asked.micros > callMicros ||
        sum(({ tenant }) => tenant === asked.tenant) + asked.micros > tenantDayMicros ||
        sum(() => true) + asked.micros > dayMicros
      if (!over) rows.set(asked.id, { ...asked, cost: asked.micros })
      return !over
    },
    settle: async (id: string, micros: number) => {
      const row = rows.get(id)
      if (row !== undefined) row.cost = micros
    },
  }
}

function guardOf(book: ReturnType<typeof memoryBook>, name: string, ceiling: number, perDayMicros: number) {
  let id = 0
  return createBudgetGuard({
    callStore: book,
    call: { id: name as CallId, tenant: 'acme' },
    limits: { perDayMicros },
    estimate: createTurnEstimate(ceiling),
    now: () => 0,
    dayFromMs: () => 0,
    nextId: () => `${name}-${id++}`,
    onProblem: () => {},
  })
}

describe('a budget guard', () => {
  it('never lets many calls on many nodes go over the cap while the ceiling of a turn is true', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 500 }),
        fc.array(fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 }), {
          minLength: 1,
          maxLength: 8,
        }),
        async (cap, calls) => {
          const book = memoryBook()
          await Promise.all(
            calls.map(async (costs, index) => {
              const guard = guardOf(book, `call_${index}`, 40, cap)
              for (const cost of costs) {
                const allowance = await guard.take()
                if (allowance === false) break
                await Promise.resolve()
                allowance.spend(cost)
                allowance.done()
              }
              await guard.close()
            }),
          )
          expect(book.total()).toBeLessThanOrEqual(cap)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('overshoots by no more than the turn whose cost nobody foresaw', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 30 }),
        async costs => {
          const book = memoryBook()
          const guard = guardOf(book, 'call_1', 1, 200)
          for (const cost of costs) {
            const allowance = await guard.take()
            if (allowance === false) break
            allowance.spend(cost)
            allowance.done()
          }
          await guard.close()
          expect(book.total()).toBeLessThan(200 + Math.max(...costs))
        },
      ),
      { numRuns: 100 },
    )
  })

  it('gives the second of two turns at once an allowance of its own', async () => {
    const book = memoryBook()
    const guard = guardOf(book, 'call_1', 10, 25)
    const taken = await Promise.all([guard.take(), guard.take(), guard.take()])
    expect(taken.map(each => each !== false)).toEqual([true, true, false])
  })

  it('refuses by what is left when a turn comes, not by what was left when the one before ended', async () => {
    const book = memoryBook()
    const [one, two] = [guardOf(book, 'call_1', 10, 10), guardOf(book, 'call_2', 10, 10)]
    await new Promise(resolve => setImmediate(resolve))
    await one.close()
    expect(await two.take()).not.toBe(false)
  })

  it('is asked without waiting once the store has answered, and gives back what it set aside', async () => {
    const book = memoryBook()
    const guard = guardOf(book, 'call_1', 10, 100)
    await new Promise(resolve => setImmediate(resolve))
    expect(guard.take()).not.toBeInstanceOf(Promise)
    await new Promise(resolve => setImmediate(resolve))
    await guard.close()
    expect(book.total()).toBe(10)
  })
})

const turn = { id: 'trn_1', text: 'hi', history: [] } as unknown as Turn

async function reply(cap: number) {
  const engine: Engine = {
    connect: () => ({
      hear: () => {},
      close: async () => {},
      async *reply(): AsyncGenerator<ReplyPart> {
        yield { kind: 'words', text: 'Hello' }
        yield { kind: 'usage', inputTokens: 3, outputTokens: 2 }
      },
      async *say(text: string): AsyncGenerator<ReplyPart> {
        yield { kind: 'words', text }
      },
    }),
  }
  const book = memoryBook()
  const guard = guardOf(book, 'call_1', 10, cap)
  const wrapped = budgetedEngine({
    engine,
    guard,
    closing: 'We have to stop here.',
    priceOf: ({ inputTokens, outputTokens, characters }) => inputTokens + outputTokens + characters,
  })
  const link = await wrapped.connect({} as EngineCall)
  const parts: ReplyPart[] = []
  for await (const part of link.reply(turn, new AbortController().signal)) parts.push(part)
  await guard.close()
  return { parts, total: book.total() }
}

describe('a budgeted engine', () => {
  it('answers and books what the answer cost', async () => {
    const { parts, total } = await reply(100)
    expect(parts.map(({ kind }) => kind)).toEqual(['words', 'usage'])
    expect(total).toBe(10)
  })

  it('says its closing words and hangs up once the budget is spent', async () => {
    const { parts } = await reply(5)
    expect(parts).toEqual([
      { kind: 'words', text: 'We have to stop here.' },
      { kind: 'action', action: { name: 'hang-up' } },
    ])
  })
})

describe('carrier prices', () => {
  const prices = parseCarrierPrices(
    `currency: USD
carriers:
  twilio:
    outbound:
      "+1": { perMinute: 0.014, every: 60 }
      "+1900": { perMinute: 1, first: 30, every: 6, perCall: 0.5 }
    streamPerMinute: 0.004
`,
    'prices.yaml',
  )
  const call = { carrier: 'twilio', direction: 'outbound', number: '+15551234567' } as const

  it('charge begun steps, by the longest prefix', () => {
    expect(carrierMicros(prices, call, 61)).toBe(28_000)
    expect(carrierMicros(prices, { ...call, streams: true }, 60)).toBe(18_000)
    expect(carrierMicros(prices, { ...call, number: '+19005550100' }, 31)).toBe(1_100_000)
    expect(carrierMicros(prices, call, 0)).toBe(0)
  })

  it('are not known for other numbers', () => {
    expect(carrierMicros(prices, { ...call, number: '+34600000000' }, 60)).toBeUndefined()
  })

  it('name each mistake', () => {
    expect(() => parseCarrierPrices('carriers: { twilio: { outbound: { one: {} } } }', 'p.yaml')).toThrow(
      /p\.yaml/,
    )
  })
})

import { ParleyError } from '@parley/core'
import { converse, inventWorld, seededRandom } from '@parley/sim'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Reasoner } from '../reasoner/reasoner.js'
import type { Tool } from '../tools/tool.js'
import { createRealtimeEngine } from './realtime-engine.js'
import { createScriptedFar, type FarLineOfScript } from './scripted-far.test-kit.js'

const tools: readonly Tool[] = ['book', 'look'].map(name => ({
  definition: { name, description: name, parameters: { type: 'object' } },
  acts: name === 'book',
  run: async () => ({ text: 'done' }),
}))

const reasoner: Reasoner = {
  name: 'other',
  tool: { name: 'consult', description: 'Ask.', parameters: { type: 'object' } },
  ruleFor: text => (text.includes('typed') ? 'rule' : undefined),
  doubtIn: said => (said.includes('unsure') ? 'doubt' : undefined),
  holding: () => 'One moment.',
  decide: async ({ asked }) => {
    if (asked === undefined) throw new ParleyError('timeout')
    return { text: 'Decided.', tookMs: 10, inputTokens: 1, outputTokens: 1 }
  },
}

function inventAnswer(random: () => number, count: number): FarLineOfScript {
  const id = `call_${count}`
  const kind = random()
  if (kind < 0.1) return { fails: new ParleyError('provider_failed') }
  if (kind < 0.2) return { text: 'This breaks off in the middle', breaksAfterMs: Math.floor(random() * 800) }
  if (kind < 0.3)
    return { call: { id, name: 'book', arguments: {} }, ...(random() < 0.5 ? { text: 'Wait.' } : {}) }
  if (kind < 0.4) return { call: { id, name: 'look', arguments: {} } }
  if (kind < 0.5) return { call: { id, name: 'consult', arguments: { question: 'How?' } } }
  if (kind < 0.6) return 'I am unsure of that one.'
  return 'A longer answer with quite some words in it, so that it may be cut.'
}

describe('any conversation', () => {
  it('asks the far end for nothing that it refuses, and leaves nothing open behind it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.boolean(),
        fc.boolean(),
        async (seed, steers, vendorTurns) => {
          const random = seededRandom(seed)
          let count = 0
          const far = createScriptedFar({
            ...{ speed: 1 + Math.floor(random() * 20), thinkMs: Math.floor(random() * 900), lifeMs: 30_000 },
            answer: ask => (ask.beside === true ? 'Beside.' : inventAnswer(random, ++count)),
          })
          const { talk } = await converse(
            { ...inventWorld(seed), steers },
            {
              around: () =>
                createRealtimeEngine({
                  ...{ models: [far.model], tools, reasoner, greeting: 'Hello.' },
                  renewal: { beforeMs: 15_000, latestMs: 5_000 },
                  ...(vendorTurns ? { turns: { by: 'silence' } } : {}),
                }),
            },
          )
          expect(far.sessions.flatMap(({ refusals }) => refusals)).toEqual([])
          expect(far.sessions.every(({ closed }) => closed)).toBe(true)
          expect(talk.of('warning').filter(({ code }) => code === 'internal')).toEqual([])
          expect(talk.session.ending).toBeDefined()
        },
      ),
      { numRuns: 12 },
    )
  }, 60_000)
})

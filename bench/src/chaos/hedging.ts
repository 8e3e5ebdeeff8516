/** What hedging gains at which cost, in virtual time: two models with the same heavy tail. */

import type { LanguageModel } from '@parley/core'
import { createResilientModel } from '@parley/engines'
import { seededRandom, VirtualClock } from '@parley/sim'
import { quantile } from '../turns/statistics.js'

export interface HedgingFigures {
  /** Largest share of requests that may be hedged. */
  readonly share: number
  readonly requests: number
  readonly hedged: number
  readonly p50Ms: number
  readonly p90Ms: number
  readonly p99Ms: number
}

const REQUESTS = 5_000
const SHARES = [0, 0.02, 0.05, 0.1, 0.2] as const

export async function measureHedging(seed: number): Promise<readonly HedgingFigures[]> {
  const figures: HedgingFigures[] = []
  for (const share of SHARES) figures.push(await measure(share, seed))
  return figures
}

async function measure(share: number, seed: number): Promise<HedgingFigures> {
  const clock = new VirtualClock()
  const random = seededRandom(seed)
  let hedged = 0
  const models = [modelOf(clock, random), modelOf(clock, random)]
  const model = createResilientModel(models, {
    clock,
    hedge: { share },
    firstMs: 60_000,
    onIncident: ({ action }) => {
      if (action === 'hedged') hedged++
    },
  })
  const waits: number[] = []
  for (let request = 0; request < REQUESTS; request++) {
    const beganMs = clock.now()
    const parts = model.stream({ history: [], language: 'en' }, new AbortController().signal)
    let waiting = true
    const first = parts[Symbol.asyncIterator]()
    void first.next().then(() => {
      waiting = false
      waits.push(clock.now() - beganMs)
    })
    while (waiting) await clock.advance(5)
    await first.return?.()
  }
  const at = (share: number) => Math.round(quantile(waits, share))
  return { share, requests: REQUESTS, hedged, p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99) }
}

/** Median 300 ms, sigma 0.45, and one in fifty stuck for 5 s. */
function modelOf(clock: VirtualClock, random: () => number): LanguageModel {
  return {
    name: 'model',
    async *stream() {
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
      await clock.sleep(random() < 0.02 ? 5_000 : 300 * Math.exp(0.45 * normal))
      yield { kind: 'text', text: 'One. ' }
    },
  }
}

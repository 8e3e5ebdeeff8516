/** How much later the first output comes through a wrapper than from the adapter itself, real adapters and sockets. */

import { codedBrains, seededRandom } from '@parley/sim'
import { quantile } from '../turns/statistics.js'
import { contenders, openContender, type Providers } from './contenders.js'
import { wraps } from './run-use.js'

export interface LatencyFigures {
  readonly slot: 'llm' | 'tts'
  readonly vendor: string
  readonly uses: number
  readonly plainP50Ms: number
  readonly plainP99Ms: number
  readonly wrappedP50Ms: number
  readonly wrappedP99Ms: number
}

const USES = 200
const text = 'Bitcoin trades near forty.'

/** In turns, with and without, so that both see the same machine. */
export async function measureLatency(seed: number): Promise<readonly LatencyFigures[]> {
  const figures: LatencyFigures[] = []
  for (const slot of ['llm', 'tts'] as const) {
    const [contender] = contenders[slot]
    if (contender === undefined) continue
    const brains = codedBrains({
      *think() {
        for (const piece of text.match(/.{1,5}/g) ?? []) yield { kind: 'text', text: piece }
      },
    })
    const opened = await openContender(slot, contender, { brains, random: seededRandom(seed) })
    opened.sim.behave({ firstMs: 5, everyMs: 5 })
    const plain = opened.provider
    const wrap = wraps()
    const wrapped =
      slot === 'llm' ? wrap.llm([plain as Providers['llm']]) : wrap.tts([plain as Providers['tts']])
    const waits: { readonly plain: number[]; readonly wrapped: number[] } = { plain: [], wrapped: [] }
    for (let use = 0; use < USES + 10; use++) {
      const [one, other] = [await firstOf(slot, plain), await firstOf(slot, wrapped)]
      // The first uses open connections.
      if (use < 10) continue
      waits.plain.push(one)
      waits.wrapped.push(other)
    }
    await opened.close()
    const [plainP50Ms, plainP99Ms] = [quantile(waits.plain, 0.5), quantile(waits.plain, 0.99)]
    const [wrappedP50Ms, wrappedP99Ms] = [quantile(waits.wrapped, 0.5), quantile(waits.wrapped, 0.99)]
    figures.push({
      ...{ slot, vendor: contender.name, uses: USES },
      ...{ plainP50Ms, plainP99Ms, wrappedP50Ms, wrappedP99Ms },
    })
  }
  return figures
}

/** The wait for the first text or sound, ms; the rest is drawn to its end. */
async function firstOf(slot: 'llm' | 'tts', provider: Providers['llm'] | Providers['tts']): Promise<number> {
  const { signal } = new AbortController()
  const beganMs = performance.now()
  let firstMs: number | undefined
  const parts: AsyncIterable<{ readonly kind: string }> =
    slot === 'llm'
      ? (provider as Providers['llm']).stream({ userText: 'go', history: [], language: 'en' }, signal)
      : (provider as Providers['tts']).speak({ text, language: 'en' }, signal)
  for await (const { kind } of parts)
    if (kind === 'text' || kind === 'audio') firstMs ??= performance.now() - beganMs
  return firstMs ?? Number.NaN
}

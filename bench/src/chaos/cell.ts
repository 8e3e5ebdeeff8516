/** One cell of the matrix: a fault of one kind at one stage of a slot's first vendor, a few times over. */

import { type Incident, saidBefore } from '@parley/engines'
import { codedBrains, type SimBrains, type SimFaultKind, type SimStage, seededRandom } from '@parley/sim'
import { compareWords, type WordCount } from './compare-words.js'
import { type Contender, openContender, type SlotName } from './contenders.js'
import { type Came, uses, wraps } from './run-use.js'

export interface Cell {
  readonly slot: SlotName
  readonly first: Contender
  readonly second: Contender
  /** Undefined: no fault, for comparison. */
  readonly fault: SimFaultKind | undefined
  readonly stage: SimStage
}

export interface CellRun extends WordCount {
  readonly waitMs: number
  readonly error: string | undefined
  readonly incidents: readonly string[]
  readonly complaints: readonly string[]
}

/** Words that differ, so that each can be followed. */
const text =
  'Bitcoin trades near forty thousand dollars today, rising three percent since noon. Ether follows slowly behind, while smaller coins keep falling.'
const calm = 'Every voice learns here how quickly words pass.'
/** Outputs before a fault in the middle. */
const AFTER = { stt: 2, llm: 7, tts: 4 } as const
const PACE = {
  stt: { firstMs: 20, everyMs: 20 },
  llm: { firstMs: 60, everyMs: 15 },
  tts: { firstMs: 60, everyMs: 20 },
} as const

export async function runCell({ slot, first, second, fault, stage }: Cell, seed: number): Promise<CellRun> {
  const random = seededRandom(seed)
  const made = { brains: brains(), random }
  const one = await openContender(slot, first, made)
  const other = await openContender(slot, second, made)
  const incidents: Incident[] = []
  const wrap = wraps({ random, onIncident: incident => incidents.push(incident) })
  const open = wrap[slot] as (providers: readonly unknown[]) => never
  const use = uses[slot] as (provider: never, text: string) => Promise<Came>
  const provider = open([one.provider, other.provider])
  try {
    for (const { sim } of [one, other]) sim.behave(PACE[slot])
    // A voice that does not time its words must have spoken once for its pace to be known.
    if (slot === 'tts' && stage !== 'connect') await use(provider, calm)
    if (fault !== undefined)
      one.sim.behave({ fault: { kind: fault, stage, after: AFTER[slot], retryAfterMs: 1_000, code: 1011 } })
    const { words, waitMs, error } = await use(provider, text)
    return {
      ...compareWords(text.split(' '), words),
      ...{ waitMs, error },
      incidents: incidents.map(each => `${each.provider} ${each.action} ${each.error?.message ?? ''}`.trim()),
      complaints: [...one.sim.complaints, ...other.sim.complaints],
    }
  } finally {
    await Promise.all([one.close(), other.close()])
  }
}

/** A mind that has one thing to say, and goes on from what was said of it. */
function brains(): SimBrains {
  return codedBrains({
    *think({ instructions }) {
      const said = saidBefore(instructions)
      const rest = said === undefined ? text : text.slice(said.length).trimStart()
      for (const piece of rest.match(/.{1,5}/g) ?? []) yield { kind: 'text', text: piece }
    },
  })
}

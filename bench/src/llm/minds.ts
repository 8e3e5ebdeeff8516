/** The minds that are measured, each with its simulated vendor and the request that a raw client sends in its place. */

import { type LanguageModel, type LanguageModelRequest, systemClock } from '@parley/core'
import {
  anthropic,
  fixedKey,
  openai,
  openaiCompatible,
  openSocket,
  type VendorContext,
} from '@parley/providers'
import {
  codedBrains,
  openAnthropicSim,
  openOpenaiTextSim,
  type SimOptions,
  type SimThought,
  seededRandom,
  type VendorSim,
} from '@parley/sim'

export interface Mind {
  readonly name: string
  /** Where a raw client posts, behind the base URL; undefined where it sends over a socket. */
  readonly path?: string
  readonly headers: Readonly<Record<string, string>>
  /** In the first event with words of the answer. */
  readonly firstWord: string
  openSim(options: SimOptions): Promise<VendorSim>
  create(context: VendorContext): LanguageModel
}

const model = 'some-model'
const bearer = { authorization: 'Bearer sk-bench' }

export const minds: readonly Mind[] = [
  {
    name: 'openai responses-socket',
    headers: bearer,
    firstWord: '"response.output_text.delta"',
    openSim: openOpenaiTextSim,
    create: context => made(openai.llm?.create({ model }, context)),
  },
  {
    name: 'openai responses',
    path: '/responses',
    headers: bearer,
    firstWord: '"response.output_text.delta"',
    openSim: openOpenaiTextSim,
    create: context => made(openai.llm?.create({ model, api: 'responses' }, context)),
  },
  {
    name: 'openai chat',
    path: '/chat/completions',
    headers: bearer,
    firstWord: '"content":"word',
    openSim: openOpenaiTextSim,
    create: context => made(openai.llm?.create({ model, api: 'chat' }, context)),
  },
  {
    name: 'compatible (vllm)',
    path: '/chat/completions',
    headers: bearer,
    firstWord: '"content":"word',
    openSim: options => openOpenaiTextSim({ ...options, profile: 'vllm' }),
    create: context => made(openaiCompatible.llm?.create({ model, profile: 'vllm' }, context)),
  },
  {
    name: 'anthropic',
    path: '/v1/messages',
    headers: { 'x-api-key': 'sk-bench', 'anthropic-version': '2026-10-21' },
    firstWord: '"text_delta"',
    openSim: openAnthropicSim,
    create: context => made(anthropic.llm?.create({ model }, context)),
  },
]

export function contextOf(baseUrl: string, more: Partial<VendorContext> = {}): VendorContext {
  let ids = 0
  return {
    clock: systemClock,
    epochMs: Date.now,
    random: Math.random,
    newId: () => `id${++ids}`,
    baseUrl,
    keys: fixedKey('sk-bench'),
    fetch,
    openSocket,
    warn: error => console.error(error.message),
    ...more,
  }
}

/** A simulated vendor that answers with this many tokens. */
export function openSim(mind: Mind, tokens: number): Promise<VendorSim> {
  const thoughts = Array.from(
    { length: tokens },
    (_, at): SimThought => ({ kind: 'text', text: `word${at} ` }),
  )
  return mind.openSim({
    clock: systemClock,
    random: seededRandom(1),
    brains: codedBrains({ think: () => thoughts }),
  })
}

/** A turn in the middle of a call: 1.5 kB of instructions, 20 turns before it, three tools, a fact. */
export const request: LanguageModelRequest = {
  language: 'en',
  instructions: 'You are the receptionist of a clinic and speak briefly and kindly. '.repeat(23),
  history: Array.from({ length: 40 }, (_, at) => {
    const turn = `trn_${at >> 1}` as LanguageModelRequest['history'][number]['turn']
    const text = `This is what was said in turn ${at}, and it was about this long.`
    return at % 2 === 0
      ? { role: 'user' as const, turn, text, atMs: at }
      : { role: 'agent' as const, turn, reply: `rpl_${at}` as never, text, interrupted: at % 6 === 1 }
  }),
  userText: 'Do you have anything on Thursday afternoon?',
  facts: [{ source: 'calendar', text: 'Thursday has three free slots.', asOfMs: 1_795_000_000_000 }],
  tools: ['find_slot', 'book_slot', 'cancel_slot'].map(name => ({
    name,
    description: 'Works on the calendar of the clinic.',
    parameters: { type: 'object', properties: { day: { type: 'string' }, time: { type: 'string' } } },
  })),
}

/** What a raw client sends: exactly what ours did. */
export async function rawBody(mind: Mind, sim: VendorSim): Promise<string> {
  const own = mind.create(contextOf(sim.baseUrl))
  for await (const _ of own.stream(request, new AbortController().signal)) {
    // Only the request matters.
  }
  await own.close?.()
  return JSON.stringify(sim.received.at(-1)?.message)
}

function made(mind: LanguageModel | undefined): LanguageModel {
  if (mind === undefined) throw new Error('the vendor has no minds')
  return mind
}

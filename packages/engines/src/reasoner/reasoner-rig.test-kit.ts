/** A reasoner of the test's own: it answers when it is told to, and keeps what it was asked. */

import type {
  LanguageModel,
  LanguageModelPart,
  LanguageModelRequest,
  ParleyError,
  ReplyId,
  TurnId,
} from '@parley/core'
import type { Decision, Question, Reasoner } from './reasoner.js'
import { consultTool } from './reasoner-tool.js'
import { createRules, type ReasonerRule } from './rules.js'

export interface HandReasoner {
  readonly reasoner: Reasoner
  readonly questions: { readonly question: Question; readonly signal: AbortSignal }[]
  /** To the question of this number, from 0. */
  answer(nth: number, text: string, tookMs?: number): void
  fail(nth: number, error: ParleyError): void
}

export function handReasoner(rules: readonly ReasonerRule[] = []): HandReasoner {
  const { ruleFor, doubtIn } = createRules(rules)
  const questions: HandReasoner['questions'] = []
  const open: { resolve(decision: Decision): void; reject(error: ParleyError): void }[] = []
  return {
    questions,
    answer: (nth, text, tookMs = 900) =>
      open[nth]?.resolve({ text, tookMs, inputTokens: 10, outputTokens: 5 }),
    fail: (nth, error) => open[nth]?.reject(error),
    reasoner: {
      name: 'sage',
      tool: consultTool,
      ruleFor: (text, language = 'en') => ruleFor(text, language),
      doubtIn,
      holding: (language, nth) => (language === 'en' ? `Hold on ${nth}.` : undefined),
      decide: (question, signal) =>
        new Promise((resolve, reject) => {
          questions.push({ question, signal })
          open.push({ resolve, reject })
        }),
    },
  }
}

/** A model that says this to every request, or what it makes of it, and keeps what it was asked. */
export function sayingModel(say: (request: LanguageModelRequest) => readonly (string | LanguageModelPart)[]) {
  const requests: LanguageModelRequest[] = []
  const model: LanguageModel = {
    name: 'fast',
    async *stream(request) {
      requests.push(request)
      for (const part of say(request)) yield typeof part === 'string' ? { kind: 'text', text: part } : part
    },
  }
  return { model, requests }
}

export const user = (text: string) => ({ role: 'user', turn: 'trn_0' as TurnId, text, atMs: 0 }) as const
export const agent = (text: string, interrupted = false) =>
  ({ role: 'agent', turn: 'trn_0' as TurnId, reply: 'rpl_0' as ReplyId, text, interrupted }) as const

/** Draws a stream into a list while time is turned by hand; `over` once it ended. */
export function drawn(stream: AsyncIterable<LanguageModelPart>) {
  const parts: LanguageModelPart[] = []
  const state: { over: boolean; error: unknown } = { over: false, error: undefined }
  void (async () => {
    try {
      for await (const part of stream) if (part.kind !== 'text' || part.text !== '') parts.push(part)
    } catch (error) {
      state.error = error
    }
    state.over = true
  })()
  return { parts, state }
}

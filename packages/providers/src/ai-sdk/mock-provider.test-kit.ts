/** A provider of the AI SDK that tests load as any other, by `import`. What it answers is set from outside. */

import type { LanguageModelV3StreamPart } from '@ai-sdk/provider'
import { MockLanguageModelV3 } from 'ai/test'

export interface MockAnswer {
  readonly settings: unknown
  readonly prompt: unknown
  readonly tools: unknown
  readonly toolChoice: unknown
  readonly maxOutputTokens: number | undefined
  readonly signal: AbortSignal | undefined
}

/** By the name of the model. */
const minds = new Map<string, (asked: MockAnswer) => ReadableStream<LanguageModelV3StreamPart>>()

export function mockMind(
  model: string,
  answer: (asked: MockAnswer) => readonly LanguageModelV3StreamPart[],
): void {
  minds.set(
    model,
    asked =>
      new ReadableStream({
        start(controller) {
          for (const part of answer(asked)) controller.enqueue(part)
          controller.close()
        },
      }),
  )
}

/** One that answers as it likes. */
export function mockStream(
  model: string,
  answer: (asked: MockAnswer) => ReadableStream<LanguageModelV3StreamPart>,
): void {
  minds.set(model, answer)
}

export function createMock(settings: unknown) {
  return {
    languageModel: (model: string) =>
      new MockLanguageModelV3({
        modelId: model,
        doStream: async ({ prompt, tools, toolChoice, maxOutputTokens, abortSignal }) => {
          const answer = minds.get(model)
          if (answer === undefined) throw new Error(`no such mind: ${model}`)
          return {
            stream: answer({ settings, prompt, tools, toolChoice, maxOutputTokens, signal: abortSignal }),
          }
        },
      }),
  }
}

export const notAFactory = 1

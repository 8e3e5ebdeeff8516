/**
 * The bridge to whatever has a provider for the AI SDK. The SDK and the provider are loaded when first needed; the SDK
 * neither retries nor runs tools here.
 */

import {
  type LanguageModel,
  type LanguageModelPart,
  type LanguageModelRequest,
  ParleyError,
} from '@parley/core'
import type { LanguageModel as SdkModel, TextStreamPart, ToolSet } from 'ai'
import { modelPrompt, tokenLimit } from '../prompt/model-prompt.js'
import { slot } from '../slot.js'
import type { Slot, VendorContext } from '../vendor.js'
import { type AnswerPatience, answerPatience } from '../wire/answer-patience.js'
import { brokenOffError } from '../wire/event-answer.js'
import { outcomeOf } from '../wire/http-call.js'
import { type PartQueue, partQueue } from '../wire/part-queue.js'
import { loadAiSdk, loadFactory } from './load-model.js'
import { type AiSdkLlmOptions, aiSdkLlmOptions } from './options.js'
import { sdkChoice, sdkMessages, sdkTools } from './sdk-messages.js'
import { partOf, sdkError } from './sdk-parts.js'

/** Parts that may wait to be drawn. */
const MAX_PARTS = 100_000

interface Loaded {
  readonly sdk: typeof import('ai')
  modelFor(key: string | undefined): SdkModel
}

export const aiSdkLlm: Slot<LanguageModel> = slot(aiSdkLlmOptions, (options, context) => {
  let loading: Promise<Loaded> | undefined

  /** A failure is not kept: the package may be installed meanwhile. */
  function load(): Promise<Loaded> {
    loading ??= loadAll(options).catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return loading
  }

  return {
    name: `ai-sdk/${options.model}`,
    stream: (request, signal) => answer({ options, context, load }, request, signal),
    async warm() {
      await load()
    },
  }
})

async function loadAll(options: AiSdkLlmOptions): Promise<Loaded> {
  const [sdk, make] = await Promise.all([loadAiSdk(), loadFactory(options)])
  const models = new Map<string | undefined, SdkModel>()
  return {
    sdk,
    modelFor(key) {
      const model = models.get(key) ?? make(key)
      models.set(key, model)
      return model
    },
  }
}

interface Making {
  readonly options: AiSdkLlmOptions
  readonly context: VendorContext
  load(): Promise<Loaded>
}

async function* answer(
  { options, context, load }: Making,
  request: LanguageModelRequest,
  signal: AbortSignal,
): AsyncGenerator<LanguageModelPart, void, void> {
  if (signal.aborted) return
  const vendor = options.module
  const { sdk, modelFor } = await load()
  const lease = await context.keys.take(signal).catch((error: unknown) => {
    if (!signal.aborted) throw error
    return undefined
  })
  // Providers differ in how soon they heed an abort; the queue ends at once.
  const queue = partQueue<LanguageModelPart>(
    MAX_PARTS,
    () => new ParleyError('provider_failed', `${vendor} sent more than anybody draws.`),
  )
  const own = new AbortController()
  const stop = () => {
    queue.end()
    own.abort()
  }
  const patience = answerPatience({
    clock: context.clock,
    vendor,
    firstMs: options.firstOutputTimeoutMs,
    idleMs: options.idleTimeoutMs,
    onLate(error) {
      queue.fail(error)
      own.abort()
    },
  })
  signal.addEventListener('abort', stop, { once: true })
  try {
    if (signal.aborted) return
    const { fullStream } = sdk.streamText({
      model: modelFor(lease?.key),
      ...callOf(request, options, sdk),
      abortSignal: own.signal,
    })
    void pump(fullStream, { queue, patience, vendor, epochMs: context.epochMs() })
    for await (const part of queue) {
      if (signal.aborted) return
      yield part
    }
    if (!signal.aborted) lease?.done({ kind: 'fine' })
  } catch (error) {
    if (signal.aborted) return
    const ours = sdkError(error, { vendor, epochMs: context.epochMs() })
    lease?.done(outcomeOf(ours))
    throw ours
  } finally {
    patience.stop()
    signal.removeEventListener('abort', stop)
    own.abort()
    lease?.done({ kind: 'unknown' })
  }
}

interface Pumping {
  readonly queue: PartQueue<LanguageModelPart>
  readonly patience: AnswerPatience
  readonly vendor: string
  readonly epochMs: number
}

/** Never rejects: what goes wrong is the queue's. */
async function pump(
  stream: AsyncIterable<TextStreamPart<ToolSet>>,
  { queue, patience, vendor, epochMs }: Pumping,
): Promise<void> {
  let hasOutput = false
  try {
    for await (const part of stream) {
      patience.alive()
      if (part.type === 'finish' && part.finishReason === 'length' && !hasOutput)
        throw new ParleyError(
          'provider_rejected',
          `${vendor} used all tokens before its first word; allow more.`,
        )
      const ours = partOf(part, { vendor, epochMs })
      if (ours === undefined) continue
      queue.push(ours)
      if (ours.kind === 'usage') {
        patience.stop()
        return queue.end()
      }
      hasOutput = true
      patience.begun()
    }
    queue.fail(brokenOffError(vendor))
  } catch (error) {
    queue.fail(error)
  }
}

function callOf(request: LanguageModelRequest, options: AiSdkLlmOptions, sdk: Loaded['sdk']) {
  const prompt = modelPrompt(request)
  const { temperature, topP, providerOptions } = options
  const maxOutputTokens = tokenLimit(options.maxOutputTokens, prompt)
  const toolChoice = sdkChoice(prompt)
  return {
    system: prompt.instructions,
    messages: sdkMessages(prompt),
    tools: sdkTools(prompt, sdk),
    maxRetries: 0,
    // The error is among the parts; without this the SDK writes it to the console.
    onError: () => {},
    ...(toolChoice === undefined ? {} : { toolChoice }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(providerOptions === undefined ? {} : { providerOptions: mutable(providerOptions) }),
  }
}

/** The SDK's types want JSON that may be written to; it does not. */
function mutable(value: NonNullable<AiSdkLlmOptions['providerOptions']>) {
  return structuredClone(value) as NonNullable<Parameters<Loaded['sdk']['streamText']>[0]['providerOptions']>
}

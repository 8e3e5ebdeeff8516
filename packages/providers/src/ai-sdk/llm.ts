/**
 * The bridge to whatever has a provider for the AI SDK. The SDK and the provider are loaded when first needed; the SDK
 * neither retries nor runs tools here.
 */

import type { LanguageModel, LanguageModelPart, LanguageModelRequest, ParleyError } from '@parley/core'
import type { LanguageModel as SdkModel } from 'ai'
import { modelPrompt } from '../prompt/model-prompt.js'
import { slot } from '../slot.js'
import type { Slot, VendorContext } from '../vendor.js'
import { answerPatience } from '../wire/answer-patience.js'
import { brokenOffError } from '../wire/event-answer.js'
import { outcomeOf } from '../wire/http-call.js'
import { loadAiSdk, loadFactory } from './load-model.js'
import { type AiSdkLlmOptions, aiSdkLlmOptions } from './options.js'
import { sdkMessages, sdkTools } from './sdk-messages.js'
import { partOf, sdkError } from './sdk-parts.js'

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
  const [sdk, make] = await Promise.all([loadAiSdk(options), loadFactory(options)])
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
  const naming = { vendor, epochMs: context.epochMs() }
  const { sdk, modelFor } = await load()
  const lease = await context.keys.take(signal).catch((error: unknown) => {
    if (!signal.aborted) throw error
    return undefined
  })
  const own = new AbortController()
  const stop = () => own.abort()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) own.abort()
  let late: ParleyError | undefined
  const patience = answerPatience({
    clock: context.clock,
    vendor,
    firstMs: options.firstOutputTimeoutMs,
    idleMs: options.idleTimeoutMs,
    onLate(error) {
      late = error
      own.abort()
    },
  })
  try {
    if (signal.aborted) return
    const { fullStream } = sdk.streamText({
      model: modelFor(lease?.key),
      ...callOf(request, options, sdk),
      abortSignal: own.signal,
    })
    for await (const part of fullStream) {
      if (signal.aborted) return
      if (late !== undefined) throw late
      patience.alive()
      const ours = partOf(part, naming)
      if (ours === undefined) continue
      if (ours.kind !== 'usage') patience.begun()
      else lease?.done({ kind: 'fine' })
      patience.rest()
      yield ours
      patience.alive()
      if (ours.kind === 'usage') return
    }
    if (!signal.aborted) throw late ?? brokenOffError(vendor)
  } catch (error) {
    if (signal.aborted) return
    const ours = late ?? sdkError(error, naming)
    lease?.done(outcomeOf(ours, { waitMs: waitOf(ours) }))
    throw ours
  } finally {
    patience.stop()
    signal.removeEventListener('abort', stop)
    own.abort()
    lease?.done({ kind: 'unknown' })
  }
}

function callOf(request: LanguageModelRequest, options: AiSdkLlmOptions, sdk: Loaded['sdk']) {
  const prompt = modelPrompt(request)
  const { maxOutputTokens, temperature, topP, providerOptions } = options
  return {
    system: prompt.instructions,
    messages: sdkMessages(prompt),
    tools: sdkTools(prompt, sdk),
    maxRetries: 0,
    // The error is among the parts; without this the SDK writes it to the console.
    onError: () => {},
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

function waitOf({ details }: ParleyError): number | undefined {
  return typeof details.retryAfterMs === 'number' ? details.retryAfterMs : undefined
}

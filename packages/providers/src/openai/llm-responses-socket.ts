/**
 * OpenAI's Responses API over warm sockets. Every answer sends the whole conversation, since only what was heard counts
 * and the vendor knows what it said; only between the tool steps of one answer, where nothing but results is new, it goes
 * on from the response before, on the socket that still remembers it.
 */

import type { LanguageModel, LanguageModelPart, LanguageModelRequest } from '@parley/core'
import { ParleyError } from '@parley/core'
import { modelPrompt } from '../prompt/model-prompt.js'
import type { VendorContext } from '../vendor.js'
import { answerPatience } from '../wire/answer-patience.js'
import { type PartQueue, partQueue } from '../wire/part-queue.js'
import { garbageError } from '../wire/vendor-error.js'
import { type OpenaiLlmOptions, openaiHeaders } from './options.js'
import { responsesReader } from './responses-reader.js'
import { responsesBody, responsesInput } from './responses-request.js'
import { type ResponsesSocket, type ResponsesSockets, responsesSockets } from './responses-sockets.js'
import { type StepMemory, stepMemory } from './step-memory.js'

const vendor = 'OpenAI'
/** Parts that may wait to be drawn. */
const MAX_PARTS = 100_000

interface Making {
  readonly options: OpenaiLlmOptions
  readonly context: VendorContext
  readonly sockets: ResponsesSockets
  readonly steps: StepMemory
}

export function openaiResponsesSocket(options: OpenaiLlmOptions, context: VendorContext): LanguageModel {
  const { connectTimeoutMs, idleSockets, socketAgeMs } = options
  const headers = (key: string | undefined) => openaiHeaders(key, options)
  const sockets = responsesSockets({ context, vendor, headers, connectTimeoutMs, idleSockets, socketAgeMs })
  const making: Making = { options, context, sockets, steps: stepMemory() }
  return {
    name: `openai/${options.model}`,
    stream: (request, signal) => answer(making, request, signal),
    warm: () => sockets.warm(),
    async close() {
      sockets.close()
    },
  }
}

async function* answer(
  making: Making,
  request: LanguageModelRequest,
  signal: AbortSignal,
): AsyncGenerator<LanguageModelPart, void, void> {
  if (signal.aborted) return
  const prompt = modelPrompt(request)
  const body = { type: 'response.create', ...responsesBody(prompt, making.options) }
  const input = responsesInput(prompt.messages)
  // What had to be called was called: the next step of an answer is asked without it.
  const { tool_choice: _, ...same } = body as typeof body & { readonly tool_choice?: unknown }
  const known = making.steps.goesOn(same, input)
  if (known !== undefined && making.sockets.takeAgain(known.socket)) {
    const rest = { ...body, previous_response_id: known.responseId, input: known.rest }
    const outcome = yield* ask(making, { socket: known.socket, message: rest, body: same, input }, signal)
    if (outcome !== 'forgotten' || signal.aborted) return
  }
  const socket = making.sockets.take()
  yield* ask(making, { socket, message: { ...body, input }, body: same, input }, signal)
}

interface Question {
  readonly socket: ResponsesSocket
  readonly message: object
  /** What the next step is compared with. */
  readonly body: object
  readonly input: readonly object[]
}

/** One response on one socket, which is given back or closed whatever happens. */
async function* ask(
  { options, context, sockets, steps }: Making,
  { socket, message, body, input }: Question,
  signal: AbortSignal,
): AsyncGenerator<LanguageModelPart, 'complete' | 'forgotten', void> {
  const reader = responsesReader(vendor, context.newId)
  const queue = partQueue<LanguageModelPart>(
    MAX_PARTS,
    () => new ParleyError('provider_failed', `${vendor} sent more than anybody draws.`),
  )
  let isOver = false
  const patience = answerPatience({
    clock: context.clock,
    vendor,
    firstMs: options.firstOutputTimeoutMs,
    idleMs: options.idleTimeoutMs,
    onLate: error => fail(error),
  })
  const settle = (end: () => void): void => {
    if (isOver) return
    isOver = true
    patience.stop()
    signal.removeEventListener('abort', abort)
    end()
  }
  const fail = (error: ParleyError) =>
    settle(() => {
      if (isForgotten(error)) sockets.give(socket)
      else sockets.discard(socket, error)
      queue.fail(error)
    })
  const abort = () =>
    settle(() => {
      sockets.discard(socket)
      queue.end()
    })
  socket.user = {
    onText(text) {
      patience.alive()
      if (!read(text, { reader, queue, begun: patience.begun, fail }) || !reader.done) return
      settle(() => {
        steps.remember({ body, input, socket, reader })
        sockets.give(socket)
        queue.end()
      })
    },
    onLost: error => fail(error),
  }
  signal.addEventListener('abort', abort, { once: true })
  try {
    if (!socket.send(message)) fail(tooMuchError())
    for await (const part of queue) {
      if (signal.aborted) break
      yield part
    }
    return 'complete'
  } catch (error) {
    if (signal.aborted) return 'complete'
    if (error instanceof ParleyError && isForgotten(error) && 'previous_response_id' in message)
      return 'forgotten'
    throw error
  } finally {
    abort()
  }
}

interface Reading {
  readonly reader: { read(text: string): readonly LanguageModelPart[] }
  readonly queue: PartQueue<LanguageModelPart>
  begun(): void
  fail(error: ParleyError): void
}

/** Whether it could be read. */
function read(text: string, { reader, queue, begun, fail }: Reading): boolean {
  try {
    for (const part of reader.read(text)) {
      begun()
      queue.push(part)
    }
    return true
  } catch (error) {
    fail(error instanceof ParleyError ? error : garbageError(vendor, error))
    return false
  }
}

/** The socket remembers less than we thought; the whole conversation will do. */
function isForgotten(error: ParleyError): boolean {
  return error.details.vendorCode === 'previous_response_not_found'
}

function tooMuchError(): ParleyError {
  return new ParleyError('too_large', 'The conversation is too large for the connection to the vendor.')
}

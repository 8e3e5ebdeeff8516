/**
 * One response, from `response.created` to `response.done`: the mind's words become text or speech, clause by clause,
 * at the pace of the simulation, until they end, are cancelled, or a fault strikes.
 */

import { rateOf } from './audio-format.js'
import { promptOf, type RealtimeItem } from './conversation.js'
import { functionCallOutput, type MessageOutput, messageOutput, type OutputPlace } from './message-output.js'
import { type RealtimeFault, serverError, strikeAnswer } from './realtime-fault.js'
import type { RealtimePeer } from './realtime-peer.js'
import type { ResponseRequest } from './response-request.js'
import { rateLimits, responseUsage, textTokens } from './response-usage.js'

/** Audio of one delta, ms. */
const DELTA_MS = 100
const clauseEnd = /[.!?;:,…]["')\]]*\s*$|\n\s*$/u

type Ending =
  | { readonly status: 'completed' }
  | { readonly status: 'cancelled' | 'incomplete'; readonly reason: string }
  | { readonly status: 'failed'; readonly error: RealtimeFault }

export async function respond(peer: RealtimePeer, request: ResponseRequest): Promise<void> {
  const id = peer.newId('resp')
  const stopped = new AbortController()
  const signal = AbortSignal.any([stopped.signal, peer.socket.signal])
  const output: RealtimeItem[] = []
  const pace = peer.temper.pace()
  let reason = 'client_cancelled'
  let message: MessageOutput | undefined
  let clause = ''
  let soundMs = 0
  let spent = 0

  const place = (): OutputPlace => ({
    responseId: id,
    outputIndex: output.length,
    isInConversation: request.isInConversation,
  })
  const shape = (status: string, details: object) => ({
    object: 'realtime.response',
    id,
    status,
    output,
    conversation_id: request.isInConversation ? peer.conversationId : null,
    output_modalities: [request.modality],
    max_output_tokens: request.maxOutputTokens,
    audio: { output: { format: request.format, voice: request.voice } },
    metadata: request.metadata,
    ...details,
  })

  /** Waits until the next piece is due. @throws Ending where none follows. */
  async function due(): Promise<void> {
    const struck = await pace.next(signal)
    if (signal.aborted) throw ending({ status: 'cancelled', reason })
    if (struck === undefined) return
    const error = strikeAnswer(peer, struck)
    throw ending(error === undefined ? undefined : { status: 'failed', error })
  }

  async function sayClause(): Promise<void> {
    if (clause === '') return
    const words = clause
    clause = ''
    spent += textTokens(words)
    if (typeof request.maxOutputTokens === 'number' && spent > request.maxOutputTokens)
      throw ending({ status: 'incomplete', reason: 'max_output_tokens' })
    message ??= messageOutput(peer, place(), request)
    if (request.modality === 'text') {
      await due()
      return message.text(words)
    }
    const rate = rateOf(request.format)
    const { samples } = await peer.brains.speak(words, rate, '')
    const size = (DELTA_MS * rate) / 1000
    let hasText = false
    for (let at = 0; at < samples.length; at += size) {
      try {
        await due()
      } catch (end) {
        if (stopped.signal.aborted) stray(message, samples.subarray(at), size)
        throw end
      }
      if (!hasText) message.text(words)
      hasText = true
      message.audio(samples.slice(at, at + size))
      soundMs += DELTA_MS
    }
    if (!hasText) message.text(words)
  }

  /** What was already on its way when the cancel came. */
  function stray(to: MessageOutput, rest: Int16Array, size: number): void {
    for (let count = 0; count < peer.strayDeltas && count * size < rest.length; count++)
      to.audio(rest.slice(count * size, (count + 1) * size))
  }

  function finishMessage(status: 'completed' | 'incomplete'): void {
    if (message !== undefined) output.push(message.finish(status))
    message = undefined
  }

  async function answer(): Promise<void> {
    const items = request.input ?? peer.conversation.items()
    const { messages, system } = await promptOf(items, peer.conversation)
    const thoughts = peer.brains.think({
      model: peer.settings.model ?? '',
      instructions: [request.instructions, ...system].join('\n'),
      messages,
      tools: request.tools,
    })
    for await (const thought of thoughts) {
      if (signal.aborted) throw ending({ status: 'cancelled', reason })
      if (thought.kind === 'text') {
        clause += thought.text
        if (request.modality === 'text' || clauseEnd.test(clause)) await sayClause()
        continue
      }
      await sayClause()
      finishMessage('completed')
      await due()
      output.push(functionCallOutput(peer, place(), { name: thought.name, arguments: thought.arguments }))
    }
    await sayClause()
    finishMessage('completed')
  }

  peer.responses.set(id, {
    id,
    isInConversation: request.isInConversation,
    cancel(why) {
      if (!stopped.signal.aborted) reason = why
      stopped.abort()
    },
  })
  if (!isUnseen(peer))
    peer.emit('response.created', { response: shape('in_progress', { status_details: null, usage: null }) })
  let end: Ending | undefined = { status: 'completed' }
  try {
    await answer()
  } catch (thrown) {
    if (!(thrown instanceof Broken))
      peer.socket.complain(`the brains of the simulator failed: ${String(thrown)}`)
    end = thrown instanceof Broken ? thrown.end : { status: 'failed', error: serverError }
    if (end !== undefined) finishMessage('incomplete')
  } finally {
    peer.responses.delete(id)
  }
  if (end === undefined) return
  const usage = responseUsage(request, output, soundMs)
  const { status, ...details } = end
  const status_details = status === 'completed' ? null : { type: status, ...details }
  peer.emit('response.done', { response: shape(status, { status_details, usage }) })
  peer.emit('rate_limits.updated', rateLimits(usage.total_tokens, peer.quirks.left))
  if (request.isInConversation) peer.afterResponse(soundMs)
}

function isUnseen({ quirks }: RealtimePeer): boolean {
  const { unseenCreated = 0 } = quirks
  if (unseenCreated > 0) quirks.unseenCreated = unseenCreated - 1
  return unseenCreated > 0
}

/** Thrown through the layers of one answer; without an end the socket was dealt with. */
class Broken extends Error {
  readonly end: Ending | undefined
  constructor(end: Ending | undefined) {
    super('broken off')
    this.end = end
  }
}

function ending(end: Ending | undefined): Broken {
  return new Broken(end)
}

/**
 * One far session as the engine uses it: its events go to the answers they belong to, its items of sound to the turns
 * they are, and its words to the session. It ends once and is not used again.
 */

import {
  defined,
  type EngineCall,
  type FarAsk,
  type FarEvent,
  type FarSession,
  type FarSettings,
  ParleyError,
  type SpeechToSpeech,
  type ToolDefinition,
} from '@parley/core'
import { createFarHearing, type FarHearing } from './far-hearing.js'
import { createFarMemory, type FarMemory } from './far-memory.js'
import type { ReplyBook } from './reply-record.js'

export type AskEvent =
  | Extract<FarEvent, { readonly ask: string }>
  | { readonly kind: 'lost'; readonly error: ParleyError }

export interface FarLine {
  readonly model: SpeechToSpeech
  readonly session: FarSession
  readonly memory: FarMemory
  readonly hearing: FarHearing
  readonly isReady: boolean
  readonly isOver: boolean
  /** When the vendor ends it, on the clock of the call, ms. */
  readonly expiresAtMs: number | undefined
  /** `take` gets the events of the answer up to `response-done` or `lost`, one of which always comes. */
  ask(ask: FarAsk, take: (event: AskEvent) => void): void
  /** The tools from now on; told where they changed. */
  retool(tools: readonly ToolDefinition[]): void
  close(): void
}

export interface FarLineParts {
  readonly call: EngineCall
  readonly model: SpeechToSpeech
  readonly settings: FarSettings
  readonly rate: number
  readonly transcribes: boolean
  readonly book: ReplyBook
  /** Media time of the session's own line, ms. */
  mediaOf(farMs: number): number
  /** End of the sound so far, in media time, ms. */
  mediaMs(): number
  /** The vendor's ear, where it ends turns. */
  heardBy(kind: 'start' | 'committed', atMs: number): void
  ready(line: FarLine): void
  lost(line: FarLine, error: ParleyError): void
}

export function openFarLine(parts: FarLineParts): FarLine {
  const { call, model, settings, rate, transcribes, book } = parts
  const asks = new Map<string, (event: AskEvent) => void>()
  let toolsTold = JSON.stringify(settings.tools)
  let isReady = false
  let isOver = false
  let expiresAtMs: number | undefined

  const session = model.open({
    ...settings,
    ...{ language: call.language, rate, transcribes, clock: call.clock },
    ...defined({ account: call.account }),
    onEvent(event) {
      if (!isOver) take(event)
    },
  })

  function take(event: FarEvent): void {
    switch (event.kind) {
      case 'ready':
        isReady = true
        expiresAtMs = event.expiresAtMs
        return parts.ready(line)
      case 'speech-start':
      case 'speech-end':
        return hearing.speech(event.kind, parts.mediaOf(event.atMs))
      case 'committed':
        return hearing.committed(event.item)
      case 'commit-empty':
        return hearing.committed(undefined)
      case 'transcript':
      case 'transcript-failed':
        return hearing.transcript(event)
      case 'audio':
      case 'words':
      case 'tool-call':
        return asks.get(event.ask)?.(event)
      case 'response-done': {
        const to = asks.get(event.ask)
        asks.delete(event.ask)
        return to?.(event)
      }
      case 'refused':
        return call.warn(event.error)
      case 'lost':
        return end(event.error)
      default:
        event satisfies never
    }
  }

  function end(error: ParleyError): void {
    if (isOver) return
    isOver = true
    const waiting = [...asks.values()]
    asks.clear()
    parts.lost(line, error)
    for (const to of waiting) to({ kind: 'lost', error })
    hearing.end()
  }

  const line: FarLine = {
    model,
    session,
    get memory() {
      return memory
    },
    get hearing() {
      return hearing
    },
    get isReady() {
      return isReady
    },
    get isOver() {
      return isOver
    },
    get expiresAtMs() {
      return expiresAtMs
    },
    ask(ask, to) {
      if (isOver) return to({ kind: 'lost', error: closed() })
      asks.set(ask.id, to)
      session.respond(ask)
    },
    retool(tools) {
      const now = JSON.stringify(tools)
      if (now === toolsTold) return
      toolsTold = now
      session.change({ tools })
    },
    close() {
      if (isOver) return
      isOver = true
      for (const to of asks.values()) to({ kind: 'lost', error: closed() })
      asks.clear()
      hearing.end()
      session.close()
    },
  }
  const memory = createFarMemory({ session, line, book })
  const hearing = createFarHearing({
    ...{ call, memory, transcribes },
    vendorEnds: settings.turns.by !== 'gateway',
    heardBy: parts.heardBy,
    mediaMs: parts.mediaMs,
  })
  return line
}

function closed(): ParleyError {
  return new ParleyError('provider_failed', 'The session with the model was closed.', { retryable: true })
}

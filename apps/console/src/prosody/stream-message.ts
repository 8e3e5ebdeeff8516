/** What `/prosody` sends as text, as inputs of the view: its one voice stands where the caller does. Never throws. */
import type { ProsodyFrameFields, UtteranceFields } from '@parley/protocol'
import type { ProsodyInput } from './prosody-view.js'

export interface StreamInput {
  readonly input: ProsodyInput
  /** How late it is in the sound, ms. */
  readonly atMs?: number
}

const numbers = ['atMs', 'pitchHz', 'voicing', 'loudness', 'arousal'] as const

export function readStreamMessage(data: unknown): readonly StreamInput[] {
  const message = typeof data === 'string' ? parsed(data) : undefined
  switch (message?.type) {
    case 'connected':
    case 'reset':
      return [{ input: { type: 'begin', agentBy: 'estimate' } }]
    case 'prosody':
      return framesOf([message])
    case 'batch':
      return Array.isArray(message.frames) ? framesOf(message.frames) : []
    case 'utterance':
      return isUtterance(message.utterance)
        ? [{ input: { type: 'utterance', side: 'user', utterance: message.utterance } }]
        : []
    default:
      return []
  }
}

function framesOf(values: readonly unknown[]): readonly StreamInput[] {
  const frames = values.filter(isFrame)
  const [first] = frames
  const last = frames.at(-1)
  if (first === undefined || last === undefined) return []
  return [{ input: { type: 'prosody', side: 'user', heardAtMs: first.atMs, frames }, atMs: last.atMs }]
}

function isFrame(value: unknown): value is ProsodyFrameFields {
  return isRecord(value) && numbers.every(name => Number.isFinite(value[name]))
}

function isUtterance(value: unknown): value is UtteranceFields {
  return isRecord(value) && Number.isFinite(value.fromMs) && Number.isFinite(value.untilMs)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

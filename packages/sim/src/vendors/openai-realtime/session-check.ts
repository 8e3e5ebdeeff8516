/** What the vendor refuses in a session object: fields of the beta, fields it does not know, values out of range. */

import { type Fields, isFields } from './fields.js'
import {
  invalidRequest,
  invalidValue,
  missingParameter,
  type RealtimeFault,
  unknownParameter,
} from './realtime-fault.js'
import type { SessionSettings } from './session-settings.js'

const known = {
  realtime: [
    ...[
      'type',
      'model',
      'output_modalities',
      'instructions',
      'audio',
      'tools',
      'tool_choice',
      'max_output_tokens',
    ],
    ...['truncation', 'include', 'tracing', 'prompt', 'reasoning', 'parallel_tool_calls'],
  ],
  transcription: ['type', 'audio', 'include'],
  audio: { realtime: ['input', 'output'], transcription: ['input'] },
  input: ['format', 'noise_reduction', 'transcription', 'turn_detection'],
  output: ['format', 'voice', 'speed'],
  transcript: ['model', 'language', 'languages', 'keywords', 'prompt', 'delay'],
  server_vad: [
    ...['type', 'threshold', 'prefix_padding_ms', 'silence_duration_ms', 'idle_timeout_ms'],
    ...['create_response', 'interrupt_response'],
  ],
  semantic_vad: ['type', 'eagerness', 'create_response', 'interrupt_response'],
} as const

export function checkSession(
  current: SessionSettings,
  update: unknown,
  hasSpoken: boolean,
): RealtimeFault | undefined {
  if (!isFields(update)) return missingParameter('session')
  const { type } = update
  if (type === undefined) return missingParameter('session.type')
  if (type !== 'realtime' && type !== 'transcription')
    return invalidValue('session.type', `Invalid value: '${String(type)}'.`)
  if (type !== current.type)
    return invalidRequest(
      'invalid_parameter',
      `Passing a ${type} session update event to a ${current.type} session is not allowed.`,
    )
  if (update.model !== undefined && update.model !== current.model)
    return invalidRequest('invalid_parameter', 'The model of a session cannot be changed.', 'session.model')
  const audio = isFields(update.audio) ? update.audio : {}
  return (
    stranger(update, known[type], 'session') ??
    stranger(audio, known.audio[type], 'session.audio') ??
    checkModalities(update.output_modalities) ??
    checkInput(isFields(audio.input) ? audio.input : {}) ??
    checkOutput(current, isFields(audio.output) ? audio.output : {}, hasSpoken)
  )
}

function stranger(fields: Fields, allowed: readonly string[], path: string): RealtimeFault | undefined {
  const found = Object.keys(fields).find(key => !allowed.includes(key))
  return found === undefined ? undefined : unknownParameter(`${path}.${found}`)
}

export function checkModalities(
  given: unknown,
  param = 'session.output_modalities',
): RealtimeFault | undefined {
  if (given === undefined) return undefined
  const isOne = Array.isArray(given) && given.length === 1 && (given[0] === 'audio' || given[0] === 'text')
  if (isOne) return undefined
  const message = `Invalid modalities: ${JSON.stringify(given)}. Supported combinations are: ['text'] and ['audio'].`
  return invalidValue(param, message)
}

function checkInput(input: Fields): RealtimeFault | undefined {
  const { turn_detection: turns, transcription } = input
  const path = 'session.audio.input'
  return (
    stranger(input, known.input, path) ??
    checkFormat(input.format, `${path}.format`) ??
    (isFields(transcription)
      ? stranger(transcription, known.transcript, `${path}.transcription`)
      : undefined) ??
    checkTurns(turns, `${path}.turn_detection`)
  )
}

function checkTurns(turns: unknown, path: string): RealtimeFault | undefined {
  if (!isFields(turns)) return undefined
  if (turns.type !== 'server_vad' && turns.type !== 'semantic_vad')
    return invalidValue(`${path}.type`, `Invalid value: '${String(turns.type)}'.`)
  return stranger(turns, known[turns.type], path)
}

function checkOutput(
  current: SessionSettings,
  output: Fields,
  hasSpoken: boolean,
): RealtimeFault | undefined {
  const path = 'session.audio.output'
  const { speed, voice } = output
  if (speed !== undefined && !(typeof speed === 'number' && speed >= 0.25 && speed <= 1.5))
    return invalidValue(`${path}.speed`, 'Expected a value between 0.25 and 1.5.')
  if (
    hasSpoken &&
    voice !== undefined &&
    JSON.stringify(voice) !== JSON.stringify(current.audio.output?.voice)
  )
    return invalidRequest(
      'cannot_update_voice',
      'Cannot update a conversation’s voice if assistant audio is present.',
    )
  return stranger(output, known.output, path) ?? checkFormat(output.format, `${path}.format`)
}

export function checkFormat(format: unknown, path: string): RealtimeFault | undefined {
  if (format === undefined) return undefined
  const type = isFields(format) ? format.type : undefined
  if (type === 'audio/pcmu' || type === 'audio/pcma') return undefined
  if (type !== 'audio/pcm') return invalidValue(path, 'Expected audio/pcm, audio/pcmu or audio/pcma.')
  const { rate } = format as Fields
  return rate === undefined || rate === 24_000
    ? undefined
    : invalidValue(`${path}.rate`, `Invalid value: '${String(rate)}'. Expected 24000.`)
}

/** What the settings of a client mean for how a session takes turns and answers. */
import type { Steer, ToolDefinition, TurnChange, Wishes } from '@parley/core'
import {
  type RealtimeResponseWanted,
  type RealtimeSettings,
  type RealtimeTurnDetection,
  responseWanted,
} from '@parley/protocol'

/** Longest silence that a turn survives, and how sure to be that it is over before that. */
const eagerness = {
  low: { maxMs: 8_000, confidence: 0.97 },
  medium: { maxMs: 4_000, confidence: 0.9 },
  high: { maxMs: 2_000, confidence: 0.75 },
} as const
/** Below it every breath would end a turn, ms. */
const LEAST_SILENCE_MS = 100

export function steerOf(settings: RealtimeSettings): Steer {
  const { turn_detection: turns } = settings.audio.input
  const asked = responseWanted(settings)
  const answersItself = settings.type === 'realtime' && turns !== null && turns.create_response !== false
  return {
    turns: turnChangeOf(turns),
    turnsEnd: turns === null ? 'told' : 'heard',
    answers: answersItself ? 'itself' : 'asked',
    overheard: turns === null || turns.interrupt_response === false ? 'kept' : 'dropped',
    wishes: 'wanted' in asked ? wishesOf(asked.wanted) : {},
  }
}

function turnChangeOf(turns: RealtimeTurnDetection): TurnChange {
  if (turns === null) return { bargeIn: 'none' }
  const bargeIn = turns.interrupt_response === false ? 'none' : 'any'
  if (turns.type === 'semantic_vad') {
    const { eagerness: wish = 'auto' } = turns
    return { bargeIn, endpoint: eagerness[wish === 'auto' ? 'medium' : wish] }
  }
  const silenceMs = Math.max(LEAST_SILENCE_MS, turns.silence_duration_ms ?? 200)
  return {
    bargeIn,
    endpoint: { minMs: silenceMs, maxMs: silenceMs, vendor: 'ignored' },
    // As soon as the voice is sure it has the floor; there is nothing to be held back for.
    judge: { holdMs: 1, claimMs: 1, wordsMs: 0 },
  }
}

/** Of one response, whole. */
export function wishesOf(wanted: RealtimeResponseWanted): Wishes {
  const { instructions, tools, toolChoice, modality, maxOutputTokens } = wanted
  return {
    ...(instructions === '' ? {} : { instructions }),
    ...(tools.length === 0 ? {} : { tools: tools.map(toolOf) }),
    ...(tools.length === 0 && toolChoice === 'auto' ? {} : { toolChoice: choiceOf(toolChoice) }),
    ...(modality === 'text' ? { silent: true as const } : {}),
    ...(maxOutputTokens === 'inf' ? {} : { maxOutputTokens }),
  }
}

function choiceOf(choice: RealtimeResponseWanted['toolChoice']): NonNullable<Wishes['toolChoice']> {
  return typeof choice === 'string' ? choice : { name: choice.name }
}

function toolOf({ name, description, parameters }: RealtimeResponseWanted['tools'][number]): ToolDefinition {
  return {
    name,
    description: description ?? '',
    parameters: parameters ?? { type: 'object', properties: {} },
  }
}

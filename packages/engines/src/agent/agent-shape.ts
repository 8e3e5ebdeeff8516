/** The shape of what both kinds of agent files may say of providers, and the shape of a model agent's file. */

import { emotions, speakingStyles } from '@parley/core'
import { z } from 'zod'
import { greetingShape, languageTag, sayingKeys, text } from '../scripted/shape.js'
import { turnKeysAt, turnsFile } from '../scripted/turn-policy.js'
import { toolsConfigSchema } from '../tools/tool-config.js'
import { agentSlots } from './agent.js'
import { entryList } from './entry-shape.js'
import { keysOfShape } from './keys-of-shape.js'
import { realtimeSessionFile, realtimeSessionKeysAt } from './realtime-session.js'
import { reasonerKeysAt, reasonerShape } from './reasoner-file.js'
import { recordingFile, recordingKeys } from './recording-plan.js'

const waitMs = (least: number, most: number) => {
  const message = `must be from ${least} to ${most} ms`
  return z.int().min(least, message).max(most, message).exactOptional()
}

const expressionShape = {
  emotion: z.enum(emotions).exactOptional(),
  style: z.enum(speakingStyles).exactOptional(),
  speed: z.number().min(0.5, 'must be from 0.5 to 2').max(2, 'must be from 0.5 to 2').exactOptional(),
}

const failoverShape = {
  hedgeAfterMs: waitMs(50, 10_000),
  hedgeShare: z.number().min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1').exactOptional(),
  firstTokenMs: waitMs(100, 60_000),
  firstSoundMs: waitMs(100, 60_000),
  finalTextMs: waitMs(100, 60_000),
  idleMs: waitMs(100, 120_000),
}

const entries = entryList.exactOptional()

export const assemblyShape = {
  stt: entries,
  llm: entries,
  tts: entries,
  realtime: entries,
  live: entries,
  expression: z.strictObject(expressionShape).exactOptional(),
  failover: z.strictObject(failoverShape).exactOptional(),
  phone: z.unknown().optional(),
  recording: recordingFile.exactOptional(),
}

const modelAgentShape = {
  agent: text,
  language: languageTag,
  voice: text.exactOptional(),
  greeting: greetingShape,
  instructions: text,
  tools: toolsConfigSchema,
  reasoner: reasonerShape.exactOptional(),
  context: z.unknown().optional(),
  trouble: text.exactOptional(),
  turns: turnsFile.exactOptional(),
  realtimeSession: realtimeSessionFile.exactOptional(),
  ...assemblyShape,
}

export const modelAgentFile = z.strictObject(modelAgentShape)

export type ModelAgentFileShape = z.output<typeof modelAgentFile>

export const assemblySchema = z.object(assemblyShape)

export type AssemblyFile = z.output<typeof assemblySchema>

/** The keys that may stand at a place of a model agent's file; undefined where the file's shape does not say. */
export function modelAgentKeysAt(path: readonly PropertyKey[]): readonly string[] {
  const [section] = path
  if (section === 'turns') return turnKeysAt(path.slice(1))
  if (section === 'greeting') return sayingKeys
  if (section === 'reasoner') return reasonerKeysAt(path.slice(1))
  if (section === 'realtimeSession') return realtimeSessionKeysAt(path.slice(1))
  if (section === 'tools') return keysOfShape(toolsConfigSchema, path.slice(1))
  return assemblyKeysAt(path) ?? Object.keys(modelAgentShape)
}

export function assemblyKeysAt([section]: readonly PropertyKey[]): readonly string[] | undefined {
  if (section === 'expression') return Object.keys(expressionShape)
  if (section === 'failover') return Object.keys(failoverShape)
  if (section === 'recording') return recordingKeys
  if (agentSlots.some(slot => slot === section)) return ['provider']
  return undefined
}

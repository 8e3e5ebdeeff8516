/** A tool that is a function of this process. Its arguments are checked by the schema that the model is shown. */

import { type Json, ParleyError, type ToolDefinition } from '@parley/core'
import { z } from 'zod'
import type { Filler } from './filler.js'
import type { Tool, ToolAnswer, ToolRun } from './tool.js'

export interface FunctionTool<Shape extends z.ZodType> {
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: string
  readonly description: string
  /** Of an object. */
  readonly parameters: Shape
  /** What it gives is told to the model: a text as it is, anything else as JSON. */
  run(given: z.output<Shape>, run: ToolRun): Promise<Json | undefined> | Json | undefined
  readonly acts?: boolean
  readonly timeoutMs?: number
  readonly filler?: Filler
}

export function functionTool<Shape extends z.ZodType>(tool: FunctionTool<Shape>): Tool {
  const { name, description, parameters, acts, timeoutMs, filler } = tool
  return {
    definition: definitionOf(name, description, parameters),
    async run(given, run) {
      return answerOf(await tool.run(checked(parameters, given), run))
    },
    ...(acts === undefined ? {} : { acts }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(filler === undefined ? {} : { filler }),
  }
}

/** @throws ParleyError `bad_config` if the name or the schema cannot be shown to a model. */
export function definitionOf(name: string, description: string, parameters: z.ZodType): ToolDefinition {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name))
    throw new ParleyError(
      'bad_config',
      `The tool "${name}" needs a name of 1–64 letters, digits, "_" and "-".`,
    )
  const { $schema: _, ...schema } = z.toJSONSchema(parameters, { io: 'input' })
  if (schema.type !== 'object')
    throw new ParleyError('bad_config', `The parameters of the tool "${name}" are no object.`)
  return { name, description, parameters: schema as ToolDefinition['parameters'] }
}

/** @throws ParleyError `bad_message` with a line for each thing that is wrong. */
export function checked<Shape extends z.ZodType>(parameters: Shape, given: Json): z.output<Shape> {
  const parsed = parameters.safeParse(given)
  if (parsed.success) return parsed.data
  throw new ParleyError('bad_message', z.prettifyError(parsed.error))
}

export function answerOf(value: Json | undefined): ToolAnswer {
  return { text: typeof value === 'string' ? value : JSON.stringify(value ?? null) }
}

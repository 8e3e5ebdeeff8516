/** Parameters of a tool as YAML says them: flat, each with its type. */

import { z } from 'zod'

const shared = {
  description: z.string().optional(),
  /** Whether the model may leave it out. Default false. */
  optional: z.boolean().default(false),
}

export const parameterSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('string'),
    ...shared,
    enum: z.array(z.string()).min(1).optional(),
    /** A regular expression for the whole text. */
    pattern: z.string().refine(isPattern, 'is no regular expression').optional(),
    /** In characters. */
    maxLength: z.int().positive().default(200),
  }),
  z.strictObject({
    type: z.enum(['number', 'integer']),
    ...shared,
    minimum: z.number().optional(),
    maximum: z.number().optional(),
  }),
  z.strictObject({ type: z.literal('boolean'), ...shared }),
])

export type Parameter = z.output<typeof parameterSchema>

/** The schema of an object with these fields, for checking and for showing. */
export function parametersOf(parameters: Readonly<Record<string, Parameter>>) {
  return z.strictObject(
    Object.fromEntries(Object.entries(parameters).map(([name, parameter]) => [name, fieldOf(parameter)])),
  )
}

function fieldOf(parameter: Parameter): z.ZodType {
  const type = typeOf(parameter)
  const described = parameter.description === undefined ? type : type.describe(parameter.description)
  return parameter.optional ? described.optional() : described
}

function typeOf(parameter: Parameter): z.ZodType {
  if (parameter.type === 'boolean') return z.boolean()
  if (parameter.type === 'string') {
    if (parameter.enum !== undefined) return z.enum(parameter.enum)
    const text = z.string().max(parameter.maxLength)
    return parameter.pattern === undefined ? text : text.regex(new RegExp(`^(?:${parameter.pattern})$`, 'u'))
  }
  let number = parameter.type === 'integer' ? z.int() : z.number()
  if (parameter.minimum !== undefined) number = number.min(parameter.minimum)
  if (parameter.maximum !== undefined) number = number.max(parameter.maximum)
  return number
}

function isPattern(text: string): boolean {
  try {
    new RegExp(`^(?:${text})$`, 'u')
    return true
  } catch {
    return false
  }
}

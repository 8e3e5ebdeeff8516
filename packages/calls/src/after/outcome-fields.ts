/** An outcome written as a list of fields, for those who would rather not write JSON Schema. */

import type { Json } from '@parley/core'
import { z } from 'zod'

const kinds = ['text', 'number', 'yes-no', 'date', 'time'] as const

const value = z.union([z.string().max(200), z.number(), z.boolean()])
const values = z.array(value).min(1, 'is empty; name the values').max(50, 'has more than 50 values')
const field = z.union([
  z.enum(kinds),
  values,
  z.strictObject({
    is: z.union([z.enum(kinds), values]),
    /** What it is, for the model. */
    about: z.string().min(1).max(500).exactOptional(),
    /** Whether a call without it has a problem. Default false. */
    required: z.boolean().exactOptional(),
  }),
])

const shape = z
  .record(z.string().regex(/^[\p{L}_][\p{L}\d_-]{0,63}$/u, 'is no name: letters, digits, "-" and "_"'), field)
  .refine(given => Object.keys(given).length <= 40, 'has more than 40 fields')

const words = kinds.join(', ')

/** One sentence on what is wrong; undefined if nothing is. */
export function fieldsFault(given: unknown): string | undefined {
  const issue = shape.safeParse(given).error?.issues[0]
  if (issue === undefined) return undefined
  const name = issue.path[0]
  if (name === undefined) return issue.message
  if (issue.code === 'invalid_key') return `"${String(name)}" ${issue.issues[0]?.message ?? 'is no name'}`
  return `"${String(name)}" must be one of ${words}, a list of values, or { is, about, required }`
}

/** @throws TypeError for what `fieldsFault` complains of */
export function schemaOfFields(given: unknown): { readonly [key: string]: Json } {
  const fields = Object.entries(shape.parse(given)).map(([name, file]) => {
    const { is, about, required } =
      typeof file === 'object' && !Array.isArray(file)
        ? file
        : { is: file, about: undefined, required: undefined }
    return { name, is, about, required: required ?? false }
  })
  return {
    type: 'object',
    properties: Object.fromEntries(
      fields.map(({ name, is, about }) => [
        name,
        { ...schemaOf(is), ...(about === undefined ? {} : { description: about }) },
      ]),
    ),
    required: fields.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  }
}

function schemaOf(is: (typeof kinds)[number] | readonly (string | number | boolean)[]): {
  readonly [key: string]: Json
} {
  if (typeof is !== 'string') return { enum: is }
  switch (is) {
    case 'text':
      return { type: 'string', maxLength: 1_000 }
    case 'number':
      return { type: 'number' }
    case 'yes-no':
      return { type: 'boolean' }
    case 'date':
      return { type: 'string', format: 'date' }
    case 'time':
      return { type: 'string', pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', description: 'HH:MM' }
    default:
      return is satisfies never
  }
}

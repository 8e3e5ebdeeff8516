/**
 * Which models can be pulled: a JSON file with the address of each file, its size and its SHA-256. The catalogue that
 * ships is configuration like any other, and another file may add to it or replace entries of it.
 */

import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { ParleyError } from '@parley/core'
import { z } from 'zod'

const safePath = z
  .string()
  .regex(/^[\w][\w.-]*(\/[\w][\w.-]*)*$/, 'a plain relative path')
  .refine(path => !path.split('/').includes('..'), 'a plain relative path')

const fileShape = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** Where it goes in the model's folder; for an archive, its own name while it is unpacked. */
  path: safePath,
  sizeBytes: z.int().positive().optional(),
  sha256: z
    .string()
    .regex(/^[\da-f]{64}$/)
    .optional(),
  unpack: z.enum(['tar', 'tar.gz', 'zip']).optional(),
  /** Leading folders of the archive that are left out. */
  strip: z.int().min(0).max(8).default(0),
})

const modelShape = z.strictObject({
  name: z.string().regex(/^[\w][\w.-]{0,99}$/),
  title: z.string().min(1),
  /** BCP 47. */
  languages: z.array(z.string().min(2)).min(1),
  /** Which provider loads it. */
  provider: z.string().min(1),
  licence: z.string().min(1),
  files: z.array(fileShape).min(1),
})

const shape = z.strictObject({ models: z.array(modelShape) })

export type ModelEntry = z.output<typeof modelShape>
export type ModelFile = z.output<typeof fileShape>

export interface ModelCatalogue {
  readonly models: readonly ModelEntry[]
}

const shipped = fileURLToPath(new URL('../../assets/models.json', import.meta.url))

/** The catalogue that ships, with the entries of `file` before its own. @throws ParleyError `bad_config` naming the file. */
export async function modelCatalogue(file?: string): Promise<ModelCatalogue> {
  const own = file === undefined ? [] : (await readCatalogue(file)).models
  const { models } = await readCatalogue(shipped)
  return { models: [...own, ...models.filter(({ name }) => !own.some(each => each.name === name))] }
}

async function readCatalogue(file: string): Promise<ModelCatalogue> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ParleyError('bad_config', `The catalogue of models ${file} cannot be read.`, { cause })
  })
  try {
    return parseCatalogue(JSON.parse(text))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ParleyError('bad_config', `The catalogue of models ${file} is not valid: ${reason}`, { cause })
  }
}

/** @throws ParleyError `bad_config` saying what is wrong where. */
export function parseCatalogue(content: unknown): ModelCatalogue {
  const parsed = shape.safeParse(content)
  if (parsed.success) return parsed.data
  throw new ParleyError('bad_config', z.prettifyError(parsed.error), { cause: parsed.error })
}

/** @throws ParleyError `not_found` naming those there are. */
export function findModel({ models }: ModelCatalogue, name: string): ModelEntry {
  const found = models.find(each => each.name === name)
  if (found !== undefined) return found
  const names = models.map(each => each.name).join(', ') || 'none'
  throw new ParleyError('not_found', `There is no model "${name}" in the catalogue; it has: ${names}.`)
}

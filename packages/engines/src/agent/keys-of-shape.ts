import type { z } from 'zod'

/** The keys that may stand at a place of a zod shape, through optional and piped ones and every branch of a union. */
export function keysOfShape(shape: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const shapes = path.reduce<readonly z.ZodType[]>(
    (all, step) => all.flatMap(each => inner(each, step)),
    [shape],
  )
  return [...new Set(shapes.flatMap(each => objectsOf(each).flatMap(({ shape: keys }) => Object.keys(keys))))]
}

interface ObjectShape {
  readonly shape: Readonly<Record<string, z.ZodType>>
}

function inner(shape: z.ZodType, step: PropertyKey): readonly z.ZodType[] {
  const named = objectsOf(shape).flatMap(({ shape: keys }) => keys[String(step)] ?? [])
  const { element, valueType } = bare(shape) as { element?: z.ZodType; valueType?: z.ZodType }
  return [
    ...named,
    ...(element === undefined ? [] : [element]),
    ...(valueType === undefined ? [] : [valueType]),
  ]
}

function objectsOf(shape: z.ZodType): readonly ObjectShape[] {
  const own = bare(shape) as z.ZodType & { readonly options?: readonly z.ZodType[] } & Partial<ObjectShape>
  if (own.shape !== undefined) return [own as ObjectShape]
  return own.options?.flatMap(objectsOf) ?? []
}

/** Without what only widens or changes values. */
function bare(shape: z.ZodType): z.ZodType {
  const { def } = shape as unknown as { readonly def: Readonly<Record<string, z.ZodType | undefined>> }
  const next = def.innerType ?? (def.type === ('pipe' as unknown) ? pipeEnd(def) : undefined)
  return next === undefined ? shape : bare(next)
}

function pipeEnd({ in: from, out }: Readonly<Record<string, z.ZodType | undefined>>): z.ZodType | undefined {
  return from !== undefined && (from as unknown as { readonly type: string }).type !== 'transform'
    ? from
    : out
}

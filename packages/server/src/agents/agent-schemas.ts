import { agentSlots } from '@parley/engines'
import { MAX_AGENT_CHARACTERS } from '@parley/platform'
import { z } from 'zod'

/** What the agents API takes and answers, as schemas. */

const epochMs = z.number().meta({ description: 'Milliseconds since 1970.' })
const yaml = z.string().max(MAX_AGENT_CHARACTERS)
const versionNumber = z.int().min(1).max(2_147_483_647)

export const nameParams = z.object({ name: z.string().min(1).max(100) })
export const versionParams = nameParams.extend({ version: z.coerce.number().pipe(versionNumber) })

export const problemsSchema = z.array(
  z.object({
    level: z.enum(['error', 'warning']),
    line: z.int().meta({ description: 'From 1.' }),
    column: z.int().meta({ description: 'From 1.' }),
    message: z.string(),
    hint: z.string().optional().meta({ description: 'What to do.' }),
  }),
)

const versionSchema = z.object({
  version: z.int(),
  language: z.string().optional().meta({ description: 'Absent where the text has mistakes.' }),
  note: z.string().optional(),
  savedBy: z.string(),
  savedAtMs: epochMs,
})

const facts = z.object({
  language: z.string(),
  kind: z.enum(['scripted', 'model']),
  providers: z.partialRecord(z.enum(agentSlots), z.array(z.string())),
})

const summary = {
  name: z.string(),
  language: z.string().optional(),
  inForce: z
    .enum(['file', 'settings', 'console', 'none'])
    .optional()
    .meta({ description: 'Where what new conversations get comes from. For `admin`, as all that follows.' }),
  own: z.boolean().optional().meta({ description: 'Whether the gateway has a file of that name.' }),
  published: z.int().optional().meta({ description: 'The version that is in force.' }),
  latest: versionSchema.optional(),
  changedBy: z.string().optional(),
  changedAtMs: epochMs.optional(),
  facts: facts.optional(),
  errors: z.int().optional().meta({ description: 'Mistakes in what is in force, else in the latest draft.' }),
}

export const agentListSchema = z.object({ agents: z.array(z.object(summary)) })

export const agentSchema = z.object({
  ...summary,
  versions: z.array(versionSchema),
  yaml: z.string().optional().meta({ description: 'The latest version, else the file.' }),
  ownYaml: z.string().optional().meta({ description: 'The file.' }),
  problems: problemsSchema,
})

export const checkBody = z.object({
  yaml,
  name: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .meta({ description: 'The name under which it is to be saved; its own without.' }),
})
export const checkedSchema = z.object({ problems: problemsSchema })

export const saveBody = z.object({
  yaml,
  base: z
    .int()
    .min(0)
    .meta({ description: 'The version that was the latest when the editing began; 0 for a new agent.' }),
  note: z.string().max(200).optional(),
})
export const savedSchema = z.object({ version: z.int(), problems: problemsSchema })

export const publishBody = z.object({
  version: versionNumber,
  instead: versionNumber
    .nullable()
    .optional()
    .meta({ description: 'The version that is believed to be in force, null for none; unchecked without.' }),
})
export const unpublishBody = z.object({ instead: versionNumber.optional() }).nullish()

export const tryBody = z.object({ yaml: yaml.optional(), version: versionNumber.optional() })
export const trialSchema = z.object({
  agent: z.string().meta({ description: 'For `hello.agent`, of whoever asked alone.' }),
  expiresAtMs: epochMs,
})

export const textSchema = z.object({ yaml: z.string() })
export const doneSchema = z.object({ ok: z.literal(true) })

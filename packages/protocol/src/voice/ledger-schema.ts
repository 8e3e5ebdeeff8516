/** Where the time of a turn went, and who decided, as the gateway tells it. */
import { z } from 'zod'

export const decisionSchema = z
  .object({
    by: z.string().meta({ description: 'The model that was asked.' }),
    cause: z.enum(['tool', 'rule', 'delegation']).meta({
      description: 'The fast model asked itself, a rule said so, or the vendor handed it over.',
    }),
    rule: z.string().optional().meta({ description: 'The name of the rule.' }),
    outcome: z
      .enum(['decided', 'late', 'failed'])
      .meta({ description: '`late` and `failed`: the fast model answered without it.' }),
    tookMs: z.number().meta({ description: 'From the question to its answer.' }),
  })
  .meta({ title: 'Decision', description: 'A decision that the fast model left to another.' })

export const ledgerSchema = z
  .object({
    totalMs: z.number().meta({
      description: 'From the last voiced sample (or the typed text) to the first sample at the ear.',
    }),
    unattributedMs: z.number().meta({ description: 'Time that no stage explains.' }),
    heardSource: z
      .enum(['reported', 'estimated'])
      .meta({ description: 'Whether `first-heard` was reported by the client or estimated.' }),
    stages: z
      .array(
        z.object({
          stage: z.string().meta({ description: 'Named for the mark that ends it, e.g. `final-text`.' }),
          startMs: z.number(),
          durationMs: z.number(),
        }),
      )
      .meta({ description: 'Neighbours on one line, so that their sum is `totalMs`.' }),
    context: z
      .object({
        used: z.array(z.string()).meta({ description: 'Sources whose facts the answer was given.' }),
        late: z.array(z.string()).meta({ description: 'Sources that did not answer within the budget.' }),
        failed: z.array(z.string()).meta({ description: 'Sources that failed.' }),
      })
      .optional()
      .meta({ description: 'What was looked up for the answer, by name; absent where nothing was.' }),
    decision: decisionSchema.optional(),
  })
  .meta({ title: 'Ledger', description: 'Where the time of a turn went.' })

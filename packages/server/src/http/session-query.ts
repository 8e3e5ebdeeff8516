/** What conversations can be asked for, as the address says it; the same for lists and exports. */
import { defined } from '@parley/core'
import type { SessionFilter } from '@parley/platform'
import { z } from 'zod'

const name = z.string().trim().min(1).max(200)
const moment = z.coerce.number().int().min(0).max(8.64e15)
/** `true` and `1`; anything else is refused, so that `false` is not taken for its opposite. */
const flag = z.enum(['true', '1'])

export const sessionFilterQuery = z.object({
  q: z.string().max(200).optional().meta({
    description:
      'Words that were said by either side; accents and case do not count, "several in a row" in quotation marks, the last word may be only begun. At most 8 count.',
  }),
  agent: name.optional(),
  edge: name.optional(),
  language: name.optional().meta({ description: 'BCP 47; `es` also stands for `es-MX`.' }),
  from: moment.optional().meta({ description: 'Began at or after, ms since 1970.' }),
  until: moment.optional().meta({ description: 'Began before, ms since 1970.' }),
  ended: z
    .enum([
      'hang-up',
      'client',
      'idle',
      'expired',
      'replaced',
      'draining',
      'protocol',
      'error',
      'lost',
      'open',
    ])
    .optional()
    .meta({ description: 'Why it ended; `open`: it has no end.' }),
  interrupted: flag.optional().meta({ description: 'Only where a reply was interrupted.' }),
  slowMs: z.coerce
    .number()
    .int()
    .min(0)
    .max(3_600_000)
    .optional()
    .meta({ description: 'Only where an answer took so long or longer.' }),
  minTurns: z.coerce.number().int().min(0).max(5_000).optional(),
  recorded: flag.optional().meta({ description: 'Only where there is a recording.' }),
})

export function sessionFilterOf(query: z.infer<typeof sessionFilterQuery>): SessionFilter {
  const { q: search, from: fromMs, until: untilMs, interrupted, recorded, ...rest } = query
  const { agent, edge, language, ended, slowMs, minTurns } = rest
  return defined({
    ...{ search, fromMs, untilMs, agent, edge, language, ended, slowMs, minTurns },
    interrupted: interrupted && (true as const),
    recorded: recorded && (true as const),
  })
}

/** Fields that many messages of the gateway have. */
import { z } from 'zod'

export const atMs = z.number().meta({ description: 'Milliseconds since the session began.' })
export const turn = z.string().meta({ description: 'Id of the turn.' })
export const reply = z.string().meta({ description: 'Id of the reply.' })
export const mediaMs = z.number().meta({
  description: 'Place in the audio received from the client, in ms; gaps in the sending do not count.',
})

export const reasons = z
  .array(
    z.object({
      kind: z.string().meta({ description: 'A word of the table in docs/turn-taking.md.' }),
      value: z.number().optional(),
      text: z.string().optional(),
    }),
  )
  .meta({ description: 'What was looked at, and what it was.' })

export const floor = z.enum(['open', 'user', 'pause', 'thinking', 'agent', 'overlap']).meta({
  description: 'Who may speak: `pause` is the caller silent inside a turn, `overlap` both at once.',
})

/** Tools that a client runs itself, and which of them a response may or must call. */
import { z } from 'zod'

/** Fields that are not named here are dropped: SDKs add some (`strict`) that mean nothing to the protocol. */
export const realtimeToolSchema = z.object({
  type: z.literal('function', {
    error: 'Only function tools are run by the client; MCP servers belong into the file of the agent.',
  }),
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'Expected 1 to 64 letters, digits, underscores or dashes.'),
  description: z.string().optional(),
  parameters: z.record(z.string(), z.json()).optional(),
})

export type RealtimeTool = z.output<typeof realtimeToolSchema>

export const realtimeToolsSchema = z.array(realtimeToolSchema).max(128)

export const realtimeToolChoiceSchema = z.union([
  z.enum(['auto', 'none', 'required']),
  z.strictObject({ type: z.literal('function'), name: z.string() }),
])

export type RealtimeToolChoice = z.output<typeof realtimeToolChoiceSchema>

import type { ToolDefinition } from '../providers/tool.js'

/**
 * What a far end that steers the conversation asks of an answer, beside what the agent's file says. An engine that cannot
 * do a thing ignores it.
 */
export interface Wishes {
  /** Follow the agent's own instructions. */
  readonly instructions?: string
  /** Tools that the far end runs itself; a call of one is a part of the reply, which ends with it. */
  readonly tools?: readonly ToolDefinition[]
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly name: string }
  /** Words without sound. */
  readonly silent?: true
  readonly maxOutputTokens?: number
}

import type { Json } from '../turn/history.js'

/** What a model may ask to be done, as it is told of it. */
export interface ToolDefinition {
  /** Letters, digits, `_` and `-`, at most 64. */
  readonly name: string
  readonly description: string
  /** JSON Schema of the arguments, an object. */
  readonly parameters: { readonly [key: string]: Json }
}

/** One whole call; `arguments` is what the model wrote, parsed, or the text itself where it was no JSON. */
export interface ToolCall {
  /** The model's own id; adapters make one where it gives none. */
  readonly id: string
  readonly name: string
  readonly arguments: Json
}

export interface ToolResult {
  readonly id: string
  /** What the model is told, JSON or plain text. */
  readonly text: string
  readonly failed: boolean
}

/** One step of an answer that stopped for tools: every call with its result, in the same order. */
export interface ToolExchange {
  /** Said before the calls. */
  readonly text: string
  readonly calls: readonly ToolCall[]
  readonly results: readonly ToolResult[]
}

/** What a chat completion asks, or what is wrong with it. */

import type { SimPrompt, SimTurn } from '../sim-brains.js'
import type { TextProfile } from './text-profile.js'

export interface ChatAsked {
  readonly prompt: SimPrompt
  readonly maxTokens: number
  readonly stream: boolean
  readonly wantsUsage: boolean
  readonly wantsPadding: boolean
}

interface ChatBody {
  readonly model?: unknown
  readonly messages?: unknown
  readonly stream?: unknown
  readonly stream_options?: {
    readonly include_usage?: boolean
    readonly include_obfuscation?: boolean
  } | null
  readonly tools?: readonly { readonly type?: string; readonly function?: { readonly name?: string } }[]
  readonly max_tokens?: number | null
  readonly max_completion_tokens?: number | null
}

interface ChatMessage {
  readonly role?: string
  readonly content?: unknown
  readonly tool_call_id?: string
  readonly tool_calls?: readonly { readonly id?: string; readonly function?: { readonly name?: string } }[]
}

/** A sentence: the vendor refuses this. */
export function chatAsked(body: unknown, profile: TextProfile): ChatAsked | string {
  const { model, messages, stream, stream_options, tools, max_tokens, max_completion_tokens } =
    body as ChatBody
  if (typeof model !== 'string' || model === '') return 'you must provide a model parameter'
  if (!Array.isArray(messages) || messages.length === 0) return 'messages must be an array that is not empty'
  if (profile === 'openai' && max_tokens != null)
    return "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
  for (const tool of tools ?? [])
    if (tool.type !== 'function' || !/^[\w-]{1,64}$/.test(tool.function?.name ?? ''))
      return 'tools must be functions with a name of at most 64 letters'
  const turns = turnsOf(messages as readonly ChatMessage[], profile)
  if (typeof turns === 'string') return turns
  return {
    prompt: { model, ...turns, tools: (tools ?? []).map(tool => tool.function?.name ?? '') },
    maxTokens: max_completion_tokens ?? max_tokens ?? Number.POSITIVE_INFINITY,
    stream: stream === true,
    wantsUsage: stream_options?.include_usage === true,
    wantsPadding: profile === 'openai' && stream_options?.include_obfuscation !== false,
  }
}

function turnsOf(
  all: readonly ChatMessage[],
  profile: TextProfile,
): Pick<SimPrompt, 'instructions' | 'messages'> | string {
  const instructions: string[] = []
  const messages: SimTurn[] = []
  /** Calls that wait for their results. */
  const open = new Map<string, string>()
  for (const [at, message] of all.entries()) {
    const text = textOf(message.content)
    if (message.role !== 'tool' && open.size > 0)
      return `messages[${at}]: an assistant message with 'tool_calls' must be followed by tool messages`
    switch (message.role) {
      case 'developer':
      case 'system':
        if (profile !== 'openai' && at > 0) return 'System message must be at the beginning.'
        if (profile !== 'openai' && message.role === 'developer') return "unknown role 'developer'"
        instructions.push(text)
        break
      case 'user':
        if (text === '') return `messages[${at}]: content must not be empty`
        if (profile !== 'openai' && messages.at(-1)?.role === 'user')
          return 'Conversation roles must alternate user/assistant/user/assistant/...'
        messages.push({ role: 'user', text })
        break
      case 'assistant':
        if (profile !== 'openai' && messages.length === 0) return 'The first message must be of the user.'
        for (const call of message.tool_calls ?? []) open.set(call.id ?? '', call.function?.name ?? '')
        if (text !== '') messages.push({ role: 'assistant', text })
        else if (open.size === 0) return `messages[${at}]: content or tool_calls must be there`
        break
      case 'tool': {
        const name = open.get(message.tool_call_id ?? '')
        if (name === undefined) return `messages[${at}]: tool_call_id answers no call`
        open.delete(message.tool_call_id ?? '')
        messages.push({ role: 'tool', name, text })
        break
      }
      default:
        return `messages[${at}]: unknown role '${message.role}'`
    }
  }
  if (open.size > 0) return 'the last calls have no tool messages'
  return { instructions: instructions.join('\n'), messages }
}

/** The text of a content, which is a string or blocks with `text`. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part: { readonly text?: string }) => part.text ?? '').join('\n')
}

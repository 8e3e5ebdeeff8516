/** What a message is asked for, or what is wrong with it. */

import type { SimPrompt, SimTurn } from '../sim-brains.js'

export interface MessagesBody {
  readonly model?: unknown
  readonly max_tokens?: unknown
  readonly stream?: boolean
  readonly system?: string | readonly Block[]
  readonly messages?: readonly { readonly role?: string; readonly content?: string | readonly Block[] }[]
  readonly tools?: readonly Tool[]
  readonly thinking?: { readonly type?: string }
  readonly temperature?: number
  readonly top_p?: number
  readonly top_k?: number
}

export interface Block {
  readonly type?: string
  readonly text?: string
  readonly id?: string
  readonly name?: string
  readonly input?: unknown
  readonly tool_use_id?: string
  readonly content?: string | readonly Block[]
  readonly cache_control?: unknown
}

export interface Tool {
  readonly name?: string
  readonly input_schema?: { readonly type?: string }
  readonly cache_control?: unknown
}

const NO_SAMPLING_FROM = '2026-10-21'
const thinkings = ['disabled', 'adaptive', 'enabled', 'between_tools']

/** A sentence: the vendor refuses this. */
export function messagesPrompt(body: MessagesBody, version: string): SimPrompt | string {
  const { model, max_tokens, messages, tools = [], thinking } = body
  if (typeof model !== 'string' || model === '') return 'model: Field required'
  if (typeof max_tokens !== 'number' || max_tokens < 1) return 'max_tokens: Field required'
  for (const name of ['temperature', 'top_p', 'top_k'] as const)
    if (body[name] !== undefined && version >= NO_SAMPLING_FROM)
      return `${name}: not supported in this version`
  if (thinking !== undefined && !thinkings.includes(thinking.type ?? '')) return 'thinking: unknown type'
  for (const [at, tool] of tools.entries())
    if (!/^[\w-]{1,64}$/.test(tool.name ?? '') || tool.input_schema?.type !== 'object')
      return `tools.${at}: a name and an input_schema of type object are required`
  if (!Array.isArray(messages) || messages.length === 0) return 'messages: at least one message is required'
  if (messages[0]?.role !== 'user') return 'messages: first message must use the "user" role'
  if (messages.at(-1)?.role === 'assistant') return 'This model does not support assistant message prefill.'
  const marks = marksIn(body)
  if (marks > 4) return `A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`
  const turns = turnsOf(messages)
  if (typeof turns === 'string') return turns
  return {
    model,
    instructions: textOf(body.system ?? ''),
    messages: turns,
    tools: tools.map(({ name }) => name ?? ''),
  }
}

function turnsOf(messages: NonNullable<MessagesBody['messages']>): SimTurn[] | string {
  const turns: SimTurn[] = []
  let open = new Map<string, string>()
  for (const [at, { role, content }] of messages.entries()) {
    const blocks = blocksOf(content)
    if (blocks.length === 0) return `messages.${at}: content must not be empty`
    const results = blocks.filter(({ type }) => type === 'tool_result')
    const missing = [...open.keys()].filter(id => !results.some(({ tool_use_id }) => tool_use_id === id))
    if (missing.length > 0)
      return `messages.${at}: tool_use ids were found without tool_result blocks immediately after: ${missing.join(', ')}`
    if (results.length > 0 && blocks.slice(0, results.length).some(({ type }) => type !== 'tool_result'))
      return `messages.${at}: tool_result blocks must come first`
    const called = open
    open = new Map()
    for (const block of blocks) {
      if (block.type === 'text') {
        if ((block.text ?? '').trim() === '') return `messages.${at}: text content blocks must be non-empty`
        if (role !== 'user' && role !== 'assistant') return `messages.${at}: unknown role`
        turns.push({ role, text: block.text ?? '' })
      } else if (block.type === 'tool_use') {
        if (typeof block.input !== 'object' || block.input === null || Array.isArray(block.input))
          return `messages.${at}: tool_use.input: Input should be a valid dictionary`
        open.set(block.id ?? '', block.name ?? '')
      } else if (block.type === 'tool_result') {
        const name = called.get(block.tool_use_id ?? '')
        if (name === undefined) return `messages.${at}: unexpected tool_use_id ${block.tool_use_id}`
        turns.push({ role: 'tool', name, text: textOf(block.content ?? '') })
      } else return `messages.${at}: unknown block ${block.type}`
    }
  }
  return turns
}

export function blocksOf(content: string | readonly Block[] | undefined): readonly Block[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content ?? []
}

function textOf(content: string | readonly Block[]): string {
  return blocksOf(content)
    .map(({ text = '' }) => text)
    .join('\n')
}

function marksIn(body: MessagesBody): number {
  const blocks = [
    ...(body.tools ?? []),
    ...blocksOf(body.system),
    ...(body.messages ?? []).flatMap(({ content }) => blocksOf(content)),
  ]
  return blocks.filter(({ cache_control }) => cache_control != null).length
}

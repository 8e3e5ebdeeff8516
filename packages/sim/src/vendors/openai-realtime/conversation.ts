/** The items of a conversation in their order, with the sound and the words the server knows of them. */

import type { SimTurn } from '../sim-brains.js'
import { type Fields, isFields } from './fields.js'

export interface RealtimeItem extends Fields {
  readonly id: string
  readonly object: 'realtime.item'
  readonly type: string
  readonly status: 'in_progress' | 'completed' | 'incomplete'
}

export interface ItemAudio {
  readonly samples: Int16Array
  readonly rate: number
}

export interface Conversation {
  /**
   * Puts an item behind another (`null`: first; undefined: last). Undefined if that other one is unknown; otherwise the
   * id of the item before.
   */
  add(item: RealtimeItem, previousId?: string | null): { readonly previous: string | null } | undefined
  get(id: string): RealtimeItem | undefined
  /** Changes an item that is there. */
  set(item: RealtimeItem): void
  remove(id: string): boolean
  readonly last: string | null
  /** Sound of user and assistant items. */
  readonly audio: Map<string, ItemAudio>
  /** Where answers are to be cut that were still under way, ms. */
  readonly cuts: Map<string, number>
  /** Words heard in user items, as they become known. */
  readonly heard: Map<string, Promise<string>>
  items(): readonly RealtimeItem[]
}

export function conversation(): Conversation {
  let items: RealtimeItem[] = []
  const audio = new Map<string, ItemAudio>()
  const heard = new Map<string, Promise<string>>()
  const cuts = new Map<string, number>()
  return {
    audio,
    cuts,
    heard,
    add(item, previousId) {
      const behind =
        previousId === undefined ? items.length - 1 : items.findIndex(({ id }) => id === previousId)
      if (typeof previousId === 'string' && behind < 0) return undefined
      const previous = items[behind]?.id ?? null
      items = items.toSpliced(behind + 1, 0, item)
      return { previous }
    },
    get: id => items.find(item => item.id === id),
    set(item) {
      items = items.map(each => (each.id === item.id ? item : each))
    },
    remove(id) {
      const before = items.length
      items = items.filter(item => item.id !== id)
      audio.delete(id)
      heard.delete(id)
      return items.length < before
    },
    get last() {
      return items.at(-1)?.id ?? null
    },
    items: () => items,
  }
}

/** What a mind is told of these items; system messages are instructions. */
export async function promptOf(
  items: readonly Fields[],
  { heard }: Pick<Conversation, 'heard'>,
): Promise<{ readonly messages: readonly SimTurn[]; readonly system: readonly string[] }> {
  const messages: SimTurn[] = []
  const system: string[] = []
  const tools = new Map<unknown, string>()
  for (const item of items) {
    if (item.type === 'function_call') tools.set(item.call_id, String(item.name))
    else if (item.type === 'function_call_output')
      messages.push({ role: 'tool', name: tools.get(item.call_id) ?? '', text: String(item.output) })
    if (item.type !== 'message') continue
    const text = wordsOf(item) || ((await heard.get(String(item.id))) ?? '')
    if (item.role === 'system') system.push(text)
    else messages.push({ role: item.role === 'assistant' ? 'assistant' : 'user', text })
  }
  return { messages, system }
}

/** Text and transcripts of a message. */
export function wordsOf(item: Fields): string {
  const parts = Array.isArray(item.content) ? item.content.filter(isFields) : []
  return parts
    .map(({ text, transcript }) => text ?? transcript)
    .filter(text => typeof text === 'string')
    .join(' ')
}

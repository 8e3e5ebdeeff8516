/** The items of a conversation in their order, and what each of them is to the session. */
import type { ReplyId, TurnId } from '@parley/core'
import type { RealtimeItem } from '@parley/protocol'

/** What stands in the session's history for an item. */
export type ItemPlace =
  | { readonly turn: TurnId }
  | { readonly turn: TurnId; readonly reply: ReplyId }
  /** The item is told and means nothing to the session. */
  | undefined

export interface BookedItem {
  item: RealtimeItem
  place: ItemPlace
  /** What was said in it, where the item does not tell. */
  words?: string
}

export interface ItemBook {
  /**
   * Puts an item behind another (`null`: first; undefined: last). Undefined if that other one is unknown; otherwise the
   * id of the item before.
   */
  add(
    item: RealtimeItem,
    place: ItemPlace,
    behind?: string | null,
  ): { readonly previous: string | null } | undefined
  get(id: string): BookedItem | undefined
  remove(id: string): boolean
  readonly last: string | null
  /** The turn of the nearest item before `id` that the session knows; null where there is none. */
  turnBefore(id: string): TurnId | null
}

/** Over `most` items the oldest is forgotten: nobody can refer to it any more. `forget` is told of it. */
export function createItemBook(most: number, forget: (id: string) => void): ItemBook {
  const order: string[] = []
  const items = new Map<string, BookedItem>()
  return {
    add(item, place, behindId) {
      const behind =
        behindId === undefined ? order.length - 1 : behindId === null ? -1 : order.lastIndexOf(behindId)
      if (typeof behindId === 'string' && behind < 0) return undefined
      const previous = order[behind] ?? null
      order.splice(behind + 1, 0, item.id)
      items.set(item.id, { item, place })
      if (order.length > most) {
        const oldest = order.shift()
        if (oldest !== undefined) {
          items.delete(oldest)
          forget(oldest)
        }
      }
      return { previous }
    },
    get: id => items.get(id),
    remove(id) {
      if (!items.delete(id)) return false
      order.splice(order.indexOf(id), 1)
      forget(id)
      return true
    },
    get last() {
      return order.at(-1) ?? null
    },
    turnBefore(id) {
      for (let at = order.indexOf(id) - 1; at >= 0; at--) {
        const turn = items.get(order[at] ?? '')?.place?.turn
        if (turn !== undefined) return turn
      }
      return null
    },
  }
}

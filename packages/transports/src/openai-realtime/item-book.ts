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

export interface ItemBookOptions {
  /** Items; over that the oldest is forgotten here, and nobody can refer to it any more. */
  readonly most: number
  /** Of all items as they were added, but for the last; over that the oldest is forgotten. */
  readonly mostCharacters: number
  /** An item is not here any more, for whatever reason. */
  forgotten(id: string): void
  /** It went because all items together were too long. */
  crowdedOut(booked: BookedItem): void
}

export function createItemBook({ most, mostCharacters, forgotten, crowdedOut }: ItemBookOptions): ItemBook {
  const order: string[] = []
  const items = new Map<string, BookedItem & { readonly characters: number }>()
  let characters = 0

  function drop(id: string): void {
    characters -= items.get(id)?.characters ?? 0
    items.delete(id)
    order.splice(order.indexOf(id), 1)
    forgotten(id)
  }

  function makeRoom(): void {
    for (;;) {
      const [oldest] = order
      const booked = oldest === undefined ? undefined : items.get(oldest)
      const isTooMuch = characters > mostCharacters && order.length > 1
      if (oldest === undefined || booked === undefined || !(isTooMuch || order.length > most)) return
      drop(oldest)
      if (isTooMuch) crowdedOut(booked)
    }
  }

  return {
    add(item, place, behindId) {
      const behind =
        behindId === undefined ? order.length - 1 : behindId === null ? -1 : order.lastIndexOf(behindId)
      if (typeof behindId === 'string' && behind < 0) return undefined
      const previous = order[behind] ?? null
      order.splice(behind + 1, 0, item.id)
      const { length } = JSON.stringify(item)
      items.set(item.id, { item, place, characters: length })
      characters += length
      makeRoom()
      return { previous }
    },
    get: id => items.get(id),
    remove(id) {
      if (!items.has(id)) return false
      drop(id)
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

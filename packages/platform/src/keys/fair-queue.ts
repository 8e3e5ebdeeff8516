/**
 * A bounded queue in which nobody starves: owners take turns, each one's items in order. When it is full, a newcomer
 * takes the place of the newest item of whoever has most in it; unless that is the newcomer.
 */

export interface FairQueue<Item> {
  readonly size: number
  /** The item there is no place for: another's, the new one, or none. */
  push(owner: string, item: Item): Item | undefined
  /** Takes the next. */
  shift(): Item | undefined
  remove(owner: string, item: Item): void
}

export function createFairQueue<Item>(limit: number): FairQueue<Item> {
  /** In the order of their turns. */
  const owners = new Map<string, Item[]>()
  let size = 0

  function drop(owner: string, items: Item[], at: number): Item | undefined {
    const [item] = items.splice(at, 1)
    if (item !== undefined) size--
    if (items.length === 0) owners.delete(owner)
    return item
  }

  function makeRoom(owner: string): { readonly dropped: Item | undefined } | undefined {
    if (size < limit) return { dropped: undefined }
    let [greediest, most] = [owner, (owners.get(owner)?.length ?? 0) + 1]
    for (const [other, { length }] of owners) if (length > most) [greediest, most] = [other, length]
    const items = owners.get(greediest)
    if (greediest === owner || items === undefined) return undefined
    return { dropped: drop(greediest, items, items.length - 1) }
  }

  return {
    get size() {
      return size
    },
    push(owner, item) {
      const room = makeRoom(owner)
      if (room === undefined) return item
      const items = owners.get(owner)
      if (items === undefined) owners.set(owner, [item])
      else items.push(item)
      size++
      return room.dropped
    },
    shift() {
      const [first] = owners
      if (first === undefined) return undefined
      const [owner, items] = first
      owners.delete(owner)
      if (items.length > 1) owners.set(owner, items)
      size--
      return items.shift()
    },
    remove(owner, item) {
      const items = owners.get(owner)
      const at = items?.indexOf(item) ?? -1
      if (items !== undefined && at >= 0) drop(owner, items, at)
    },
  }
}

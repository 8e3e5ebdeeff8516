import type { SimMessage } from './vendor-sim.js'

/** What a simulated vendor remembers for those who look on; all of it bounded, the oldest dropped. */
export interface SimLog {
  readonly complaints: string[]
  readonly received: SimMessage[]
  readonly sent: SimMessage[]
  complain(sentence: string): void
  receive(path: string, message: unknown): void
  send(path: string, message: unknown): void
}

export function simLog(): SimLog {
  const complaints: string[] = []
  const received: SimMessage[] = []
  const sent: SimMessage[] = []
  return {
    complaints,
    received,
    sent,
    complain: sentence => keep(complaints, sentence, 100),
    receive: (path, message) => keep(received, { path, message }, 1_000),
    send: (path, message) => keep(sent, { path, message }, 1_000),
  }
}

function keep<Item>(list: Item[], item: Item, most: number): void {
  list.push(item)
  if (list.length > most) list.shift()
}

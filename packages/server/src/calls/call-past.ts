/**
 * What has become of a call by its events: what its carrier was to do, whether it did, where its conversation stands. Read
 * whole each time and changed by nothing but new events, so that the same question again has the same answer, on any node.
 */

import type { CallKey, CallStep, CallStore } from '@parley/calls'

export interface CallPast {
  /** What the carrier was told to do last; `waits` until it has come back from it. */
  readonly order: CallOrdered | undefined
  /** How a transfer ended that the agent has not heard of yet. */
  readonly cameBack: { readonly to: string; readonly status: string } | 'hold' | undefined
  /** Why the conversation is over; undefined while it can be gone on with. */
  readonly over: string | undefined
  /** It was handed over to be held or transferred, and has not come back to its agent. */
  readonly away: boolean
  /** When its stream fell, epoch ms, oldest first. */
  readonly fellAtMs: readonly number[]
}

export interface CallOrdered {
  readonly steps: readonly CallStep[]
  readonly waits: boolean
  /** Name in the agent's plan; of transfers. */
  readonly transfer?: string
  readonly about: string
  readonly hold: boolean
  /** The other side was asked whether it takes the call, and has pressed no key. */
  readonly refused: boolean
}

const kinds = [
  ...['next', 'whispered', 'transfer-taken', 'transferred', 'hold-over'],
  ...['talk-began', 'came-back', 'talk-ended', 'stream-fell'],
]
const PAGE = 1_000

/** @throws ParleyError `store_…` */
export async function readPast(
  store: Pick<CallStore, 'readEvents'>,
  { tenant, id: call }: CallKey,
): Promise<CallPast> {
  let order: CallOrdered | undefined
  let cameBack: CallPast['cameBack']
  let over: string | undefined
  let away = false
  const fellAtMs: number[] = []
  for (let afterSeq = 0; ; ) {
    const events = await store.readEvents({ tenant, call, afterSeq, kinds, limit: PAGE })
    for (const { kind, data, atMs } of events) {
      if (kind === 'next') away = true
      else if (kind.startsWith('talk-') || kind === 'came-back') away = false
      if (kind === 'next') order = orderedBy(data)
      else if (kind === 'whispered') order = order && { ...order, refused: true }
      else if (kind === 'transfer-taken') order = order && { ...order, refused: false }
      else if (kind === 'stream-fell') fellAtMs.push(atMs)
      else {
        // The carrier has followed the order, and is done with it.
        order = order && { ...order, waits: false }
        over = kind === 'talk-ended' ? String(data.reason) : undefined
        if (kind === 'transferred') cameBack = { to: order?.transfer ?? '', status: String(data.status) }
        else cameBack = kind === 'hold-over' ? 'hold' : undefined
      }
    }
    if (events.length < PAGE) return { order, cameBack, over, away, fellAtMs }
    afterSeq = events.at(-1)?.seq ?? afterSeq
  }
}

function orderedBy(data: { readonly [name: string]: unknown }): CallOrdered {
  const { steps, transfer, about, hold } = data
  return {
    // As `CallWorld.next` wrote them.
    steps: steps as readonly CallStep[],
    waits: true,
    ...(typeof transfer === 'string' ? { transfer } : {}),
    about: typeof about === 'string' ? about : '',
    hold: hold === true,
    refused: false,
  }
}

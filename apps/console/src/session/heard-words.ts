/** When the place that is heard is worth showing: words are marked as heard one by one, the place moves ten times a second. */
import type { Conversation } from '@parley/client'

/** Whether more words of `reply` are heard at `ms` than are marked so. */
export function hearsMoreWords({ entries }: Conversation, reply: string, ms: number): boolean {
  const entry = entries.findLast(each => each.kind === 'agent' && each.reply === reply)
  if (entry?.kind !== 'agent') return false
  return entry.words.some(({ untilMs }) => untilMs > entry.playedMs && untilMs <= ms)
}

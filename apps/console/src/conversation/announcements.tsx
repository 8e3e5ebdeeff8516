/**
 * What a screen reader says of the conversation: each turn once, when it is final. The visible list changes many
 * times a second and would be read over the agent's own voice.
 */
import type { ConversationEntry } from '@parley/client'
import type { Messages } from '../i18n/english.js'
import { useMessages } from '../i18n/language.js'

/** Enough for a reader to catch up; what is older was announced. */
const KEPT = 6

export function Announcements({ entries }: { readonly entries: readonly ConversationEntry[] }) {
  const words = useMessages().conversation
  const settled = entries.filter(entry => (entry.kind === 'user' ? entry.final : entry.outcome !== undefined))
  return (
    <div className="unseen" role="log" aria-live="polite">
      {settled.slice(-KEPT).map(entry => (
        <p key={entry.kind === 'user' ? entry.turn : entry.reply}>{sentence(entry, words)}</p>
      ))}
    </div>
  )
}

function sentence(entry: ConversationEntry, words: Messages['conversation']): string {
  if (entry.kind === 'user') return words.saidYou(entry.text)
  if (entry.outcome?.interrupted) return words.cutShort(entry.outcome.heard)
  return words.saidAgent(entry.outcome?.said ?? '')
}

/** Replies that stand in others: their parts further behind, and a link that answers with them. */

import { movedCues } from '@parley/audio'
import type { EngineLink, ReplyId, ReplyPart } from '@parley/core'

/** With a space in front of the first word. */
export async function* spaced(parts: AsyncIterable<ReplyPart>): AsyncGenerator<ReplyPart> {
  let isFirst = true
  for await (const part of parts) {
    if (part.kind === 'words' && isFirst) {
      isFirst = false
      yield { ...part, text: ` ${part.text}` }
    } else yield part
  }
}

/** The same part behind `ms` of other sound. */
export function moved(part: ReplyPart, ms: number): ReplyPart {
  if (ms === 0) return part
  if (part.kind === 'words' && part.untilMs !== undefined) return { ...part, untilMs: part.untilMs + ms }
  if (part.kind === 'visemes') return { ...part, cues: movedCues(part.cues, ms) }
  return part
}

/** A link that answers otherwise and is the same in all else. */
export function faced(
  link: EngineLink,
  { reply, ownFromMs }: { reply: EngineLink['reply']; ownFromMs(reply: ReplyId): number },
): EngineLink {
  const { boundary, forgetSound, say, committed, unanswered, forgot, heard, aside } = link
  return {
    reply,
    hear: frame => link.hear(frame),
    close: () => link.close(),
    ...(boundary === undefined ? {} : { boundary: boundary.bind(link) }),
    ...(forgetSound === undefined ? {} : { forgetSound: forgetSound.bind(link) }),
    ...(say === undefined ? {} : { say: say.bind(link) }),
    ...(committed === undefined ? {} : { committed: committed.bind(link) }),
    ...(unanswered === undefined ? {} : { unanswered: unanswered.bind(link) }),
    ...(forgot === undefined ? {} : { forgot: forgot.bind(link) }),
    ...(heard === undefined
      ? {}
      : {
          heard: (what, account) =>
            heard.call(link, what, { ...account, fromMs: account.fromMs + ownFromMs(what.reply) }),
        }),
    ...(aside === undefined ? {} : { aside: aside.bind(link) }),
  }
}

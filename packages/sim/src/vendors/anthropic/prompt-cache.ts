/**
 * The vendor's prompt cache: what stands up to a breakpoint is kept, and read again by a request that begins with the
 * same blocks, if it has a breakpoint at most 20 blocks behind the end of it. It never forgets here.
 */

import { simTokens } from '../sim-event-stream.js'
import { blocksOf, type MessagesBody } from './messages-prompt.js'

export interface PromptTokens {
  /** Neither read nor written. */
  readonly input: number
  readonly written: number
  readonly read: number
}

const LOOK_BACK = 20

export function promptCache() {
  const kept = new Set<string>()

  return {
    /** Counts a request, and keeps what it marks. */
    count(body: MessagesBody): PromptTokens {
      const blocks = [
        ...(body.tools ?? []),
        ...blocksOf(body.system),
        ...(body.messages ?? []).flatMap(({ role, content }) =>
          blocksOf(content).map(block => ({ role, ...block })),
        ),
      ]
      const prefixes: string[] = []
      let text = ''
      for (const { cache_control, ...block } of blocks) {
        text += JSON.stringify(block)
        prefixes.push(text)
      }
      let read = ''
      let last = ''
      for (const [at, { cache_control }] of blocks.entries()) {
        if (cache_control == null) continue
        last = prefixes[at] ?? ''
        for (let back = at; back >= Math.max(0, at - LOOK_BACK); back--) {
          const prefix = prefixes[back] ?? ''
          if (prefix.length > read.length && kept.has(prefix)) read = prefix
        }
      }
      for (const [at, { cache_control }] of blocks.entries())
        if (cache_control != null) kept.add(prefixes[at] ?? '')
      const tokens = { all: simTokens(text), read: simTokens(read), last: simTokens(last) }
      return { input: tokens.all - tokens.last, written: tokens.last - tokens.read, read: tokens.read }
    },
  }
}

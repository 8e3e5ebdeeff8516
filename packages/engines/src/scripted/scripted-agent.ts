/**
 * The scripted agent as a mind: answers from a script, with no network and no memory of its own. Where the
 * conversation stands travels as `state` in the history, so only what was heard counts: a question that never reached
 * the ear was never asked.
 */

import type { LanguageModel, LanguageModelPart, LanguageModelRequest } from '@parley/core'
import { continueDialogue, openDialogue } from './dialogue.js'
import { firstState, stateAsJson, stateIn } from './dialogue-state.js'
import type { Script } from './script.js'
import { splitSentences } from './template.js'

/**
 * A `LanguageModel` that runs a script. The same request always gives the same answer. Parts: the state first (an
 * interrupted reply keeps it if any of it was heard), then the text sentence by sentence, each stretch of it behind who
 * may interrupt it where that changes, then the actions.
 */
export function createScriptedAgent(script: Script): LanguageModel {
  return {
    name: 'scripted',
    async *stream(request: LanguageModelRequest, signal: AbortSignal): AsyncIterable<LanguageModelPart> {
      const before = stateIn(request.history, script)
      const answer =
        request.userText === undefined
          ? openDialogue(script, before)
          : continueDialogue(script, before ?? firstState, request.userText)
      if (signal.aborted) return
      yield { kind: 'state', state: stateAsJson(answer.state) }
      let allow = script.turns.bargeIn
      for (const [index, piece] of answer.pieces.entries()) {
        const own = piece.interrupt ?? script.turns.bargeIn
        if (own !== allow) yield { kind: 'barge-in', allow: own }
        allow = own
        const space = index < answer.pieces.length - 1 ? ' ' : ''
        for (const text of splitSentences(piece.text + space)) {
          if (signal.aborted) return
          yield { kind: 'text', text }
        }
      }
      for (const action of answer.actions) {
        if (signal.aborted) return
        yield { kind: 'action', action }
      }
    },
  }
}

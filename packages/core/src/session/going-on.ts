/**
 * Goes on with a conversation of another process: its memory is this one's, what was heard of its last reply is written
 * as a reply that was cut, and what was to come of it is said first, as a reply of the same turn. A turn without an
 * answer gets one. Where nothing was open, nothing is said.
 */

import type { CloseReason } from '../transport.js'
import type { Heard } from '../turn/history.js'
import type { ReplyEnded } from './reply-ends.js'
import { endOf } from './reply-ends.js'
import type { SessionBody } from './session-body.js'
import type { SessionSnapshot, UnfinishedReply } from './snapshot.js'

/** How far what was heard may be off: a snapshot's age. */
const AGE_MS = 250

/** Before anything else: who connects an engine finds the memory whole. */
export function remember({ memory }: SessionBody, { history, unanswered, reply }: SessionSnapshot): void {
  memory.fill(history)
  const turn = reply?.turn ?? unanswered
  if (turn === undefined) return
  if (!memory.has(turn.id)) memory.open(turn.id, 0)
  // What is answered now stands last.
  memory.reopened(turn.id)
  if (turn.text !== '' && (turn.origin === 'speech' || turn.origin === 'text'))
    memory.user(turn.id, turn.text)
  if (reply !== undefined) memory.agent(turn.id, heardOf(reply), !isOver(reply), reply.state)
}

/** Once engine and leg stand. `answer` answers the turn that waits; `end` ends the conversation. */
export function goOn(
  body: SessionBody,
  snapshot: SessionSnapshot,
  { answer, end }: { answer(): void; end(reason: CloseReason): void },
): void {
  const { caller, telling } = body
  const { reply, unanswered, unstored = [] } = snapshot
  for (const event of unstored) telling.storeAgain(event)
  if (reply !== undefined) {
    telling.tell(ended(reply))
    if (isOver(reply)) return finish(body, reply, end)
    const turn = caller.takeUp(reply.turn)
    turn.begun = reply
    turn.last = reply.last === true
    return answer()
  }
  if (unanswered === undefined) return
  const { id, origin, text } = unanswered
  const turn = caller.takeUp(unanswered)
  const known = snapshot.history.find(entry => entry.role === 'user' && entry.turn === id)
  if (origin === 'speech' && text !== '' && known?.text !== text)
    telling.tell({
      kind: 'transcript-final',
      turn: id,
      text,
      origin,
      startMs: turn.startMs,
      endMs: turn.endMs,
    })
  answer()
}

/** All of it was heard, and its process died before it could do what was to follow. */
function finish(
  { telling }: SessionBody,
  { actions = [], last }: UnfinishedReply,
  end: (reason: CloseReason) => void,
): void {
  for (const action of actions) if (action.name === 'note') telling.tell({ kind: 'note', data: action.data })
  if (last) end('idle')
  else if (actions.some(({ name }) => name === 'hang-up')) end('hang-up')
}

function isOver({ rest, made }: UnfinishedReply): boolean {
  return made && rest === ''
}

function heardOf(reply: UnfinishedReply): Heard {
  const complete = isOver(reply)
  return {
    reply: reply.reply,
    ms: reply.heardMs,
    text: reply.heard,
    complete,
    source: 'estimated',
    errorMs: AGE_MS,
  }
}

function ended(reply: UnfinishedReply): ReplyEnded {
  const { turn, state, decision, rest } = reply
  const heard = heardOf(reply)
  return endOf(
    { reply: reply.reply, turn, state, decision },
    { heard, said: `${reply.heard} ${rest}`.trim(), interrupted: !heard.complete },
  )
}

/** A far end that steers at random: what an OpenAI Realtime client may send, in any order and at any time. */

import type { Forgotten, ReplyId, Steer, Steering, TurnId } from '@parley/core'
import type { SimConversation } from './sim-conversation.js'

/** Does one thing of those, now. `count` goes up with each, for names. */
export function steerAtRandom(talk: SimConversation, random: () => number, count: number): void {
  const some = <Value>(...from: readonly [Value, ...Value[]]): Value =>
    from[Math.floor(random() * from.length)] ?? from[0]
  const replies = talk.of('reply-started').map(({ reply }) => reply)
  const calls = talk.of('tool-called').map(({ call }) => call.id)
  const turns = talk.of('turn-committed').map(({ turn }) => turn)
  const reply = some('rpl_0' as ReplyId, ...replies)
  const id = `itm_${count}` as TurnId
  const wishes = some({}, { silent: true } as const, { instructions: 'Ada wants Thursday' })
  const act = some<(steering: Steering) => void>(
    steering => steering.configure(inventSteer(random)),
    steering => steering.configure(inventSteer(random)),
    steering => steering.answer(),
    steering => steering.answer(wishes),
    steering => steering.answer(wishes),
    steering => steering.forgetSound(),
    steering => steering.callOff(),
    steering => steering.remember({ kind: some('user', 'agent', 'system'), id, text: 'Müller said 4711' }),
    steering => steering.remember({ kind: 'user', id, text: 'café' }, some(null, ...turns)),
    steering =>
      steering.remember({ kind: 'tool-result', id, call: some('call_0', ...calls), text: 'for Ada' }),
    steering =>
      steering.remember({
        kind: 'tool-call',
        id,
        call: { id: `call_${count}`, name: 'find', arguments: 'Ada' },
      }),
    steering =>
      steering.forget(
        some<Forgotten>({ turn: some(id, ...turns) }, { reply }, { call: some('call_0', ...calls) }),
      ),
    steering => steering.amend(reply, { ms: Math.floor(random() * 900), text: 'w0' }),
  )
  talk.caller.steer(act)
  if (random() < 0.3) talk.caller.reportPlayed(reply, Math.floor(random() * 900))
}

function inventSteer(random: () => number): Steer {
  const some = <Value>(...from: readonly [Value, ...Value[]]): Value =>
    from[Math.floor(random() * from.length)] ?? from[0]
  return {
    turns: {
      ...(random() < 0.4 ? { endpoint: { minMs: 100 + Math.floor(random() * 600) } } : {}),
      ...(random() < 0.6 ? { bargeIn: some('any', 'words', 'none') } : {}),
      ...(random() < 0.3 ? { judge: { claimMs: 200 + Math.floor(random() * 600) } } : {}),
      ...(random() < 0.3 ? { speculation: { perTurn: some(0, 2) } } : {}),
    },
    turnsEnd: random() < 0.3 ? 'told' : 'heard',
    answers: some('itself', 'asked'),
    overheard: some('dropped', 'kept'),
    wishes: some({}, { maxOutputTokens: 100 }, { toolChoice: 'none' } as const),
  }
}

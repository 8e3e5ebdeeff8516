/**
 * A conversation through processes that die: each has a session of its own, which keeps nothing but the last snapshot it
 * told, and the caller's ear hears all of them. Every word of an answer names its turn and its place in it.
 */

import type { Clock, Ids, SessionSnapshot, Turn } from '@parley/core'
import { countingIds } from './random.js'
import { SimConversation, type SimConversationOptions } from './sim-conversation.js'
import type { SimReply } from './sim-engine.js'
import { VirtualClock } from './virtual-clock.js'

export const SIM_WORD_MS = 200

export interface Life {
  readonly talk: SimConversation
  /** The last that it told. */
  readonly snapshot: SessionSnapshot | undefined
  readonly told: number
  /** Its session does nothing any more, and its leg falls silent. */
  kill(): void
}

/** Names of one process's own. */
export function idsOfLife(life: number): Ids {
  const ids = countingIds()
  return { next: prefix => `${ids.next(prefix)}_p${life}` }
}

/** `t:0 t:1 …`; what another process had given of it is left out. */
export function wordsFor(turn: Pick<Turn, 'id' | 'begun'>, count: number): readonly string[] {
  const all = Array.from({ length: count }, (_, place) => `${turn.id}:${place}`)
  const last = turn.begun?.said.split(' ').at(-1)
  return last === undefined ? all : all.slice(all.indexOf(last) + 1)
}

export function sayWords(words: readonly string[], reply: Partial<SimReply> = {}): SimReply {
  return { thinkMs: 100, paceMs: 10, ...reply, words: words.map(text => ({ text, ms: SIM_WORD_MS })) }
}

export async function beginLife(options: SimConversationOptions = {}): Promise<Life> {
  // Until it tells one of its own, what it went on from stands.
  let snapshot: SessionSnapshot | undefined = options.goesOnFrom
  let told = 0
  let isDead = false
  const clock = options.clock ?? new VirtualClock()
  const talk = await SimConversation.create({
    say: text => sayWords(text.split(' ')),
    ...options,
    clock,
    life: mortal(clock, () => isDead),
    journal: {
      write: (session, event) =>
        isDead
          ? new Promise(() => {})
          : (options.journal?.write(session, event) ?? Promise.resolve(void talk.stored.push(event))),
    },
    // As it would come out of a registry.
    snapshots(given) {
      snapshot = JSON.parse(JSON.stringify(given))
      told += 1
    },
  })
  await talk.session.start(talk.caller)
  return {
    talk,
    get snapshot() {
      return snapshot
    },
    get told() {
      return told
    },
    kill() {
      isDead = true
      talk.caller.die()
    },
  }
}

/** The process that goes on with it. */
export function succeed(life: Life, options: SimConversationOptions = {}): Promise<Life> {
  const { snapshot } = life
  return beginLife({
    clock: life.talk.clock,
    ...options,
    ...(snapshot === undefined ? {} : { goesOnFrom: snapshot }),
  })
}

function mortal(clock: VirtualClock, isDead: () => boolean): Clock {
  return {
    now: () => clock.now(),
    after: (ms, run) =>
      clock.after(ms, () => {
        if (!isDead()) run()
      }),
  }
}

/** The words whose sound the ear got to their end, in the order in which it got them. */
export function heardWords({ talk }: Life): readonly string[] {
  const replies = [...new Set(talk.of('reply-words').map(({ reply }) => reply))]
  return replies.flatMap(reply => {
    const earMs = talk.caller.ear.heardMs(reply, talk.clock.now())
    return talk
      .of('reply-words')
      .filter(words => words.reply === reply && words.untilMs <= earMs + 0.5)
      .flatMap(({ text }) => text.trim().split(' '))
  })
}

/** The parts a session is made of, joined once: each keeps its own rules, and what they notice comes back as evidence. */

import { defined } from '../defined.js'
import type { ParleyError } from '../errors.js'
import type { Evidence } from '../floor/evidence.js'
import { keepsAll, SESSION_LOG_FORMAT } from '../replay/log-entry.js'
import { Memory } from '../turn/memory.js'
import { Answering } from './answering.js'
import { Caller } from './caller.js'
import { Conduct } from './conduct.js'
import { DeadAir } from './dead-air.js'
import { Entrance } from './entrance.js'
import type { SessionEvent } from './events.js'
import { FloorTimers } from './floor-timers.js'
import { Overlap } from './overlap.js'
import type { ReplyRun } from './reply-run.js'
import type { SessionParts } from './session-parts.js'
import { idsBehind } from './snapshot.js'
import { Telling } from './telling.js'
import { Watchdog } from './watchdog.js'

export interface SessionBody {
  readonly parts: SessionParts
  readonly entrance: Entrance
  readonly conduct: Conduct
  readonly memory: Memory
  readonly caller: Caller
  readonly answering: Answering
  readonly overlap: Overlap
  readonly deadAir: DeadAir
  readonly telling: Telling
  readonly watchdog: Watchdog
  readonly timers: FloorTimers
}

/** Whom the parts tell. */
export interface BodyHost {
  /** To the leg; false without one. */
  send(event: SessionEvent): boolean
  tapFailed(error: ParleyError): void
  observe(evidence: Evidence): void
  replyEnded(run: ReplyRun): void
}

/** Makes the parts; the head of the session log, if there is one, is written first. */
export function createBody(parts: SessionParts, host: BodyHost): SessionBody {
  const { id, journal, outputRate, resampling, taps, policy, ear } = parts
  const { goesOnFrom } = parts
  const entrance = new Entrance(parts.clock, idsBehind(parts.ids, goesOnFrom), parts.log)
  const fromMs = goesOnFrom?.atMs ?? 0
  const { clock, ids } = entrance
  beginLog(entrance, parts)
  const telling = new Telling({
    session: id,
    entrance,
    journal,
    fromMs,
    taps,
    send: host.send,
    tapFailed: host.tapFailed,
  })
  const conduct = new Conduct({ policy, turnTaking: held => parts.turnTaking(held) })
  const memory = new Memory()
  const shared = { ids, memory, resampling, emit: telling.tell.bind(telling) }
  const caller = new Caller({
    ...shared,
    clock,
    ear,
    listenRate: parts.listenRate,
    fromMs,
    hearsSource: parts.engine.hearsSource === true,
  })
  const timers = new FloorTimers({
    clock,
    mediaMs: () => caller.mediaMs,
    due: (timer, atMs) => host.observe({ kind: 'timer', atMs, timer }),
  })
  const watchdog = new Watchdog(parts.limits, clock.now(), fromMs)
  const answering = new Answering({
    ...shared,
    entrance,
    speculation: () => conduct.policy.speculation,
    wishes: () => conduct.wishes,
    language: parts.language,
    keeps: parts.log?.keeps ?? keepsAll,
    outputRate,
    ...defined({ usage: parts.usage }),
    correct: event => telling.correct(event),
    warn: error => telling.warn(error),
    audible: reply => host.observe({ kind: 'reply-audible', atMs: caller.mediaMs, reply }),
    ended: host.replyEnded,
    agentAudio(frame, reply, aheadMs, pathMs) {
      watchdog.active(clock.now())
      ear?.agent?.(frame, caller.mediaMs + aheadMs)
      telling.agentAudio(frame, reply, aheadMs + pathMs)
    },
    agentCleared: (reply, heardMs) => telling.agentCleared(reply, heardMs),
  })
  const overlap = new Overlap(conduct.judge)
  const deadAir = new DeadAir(policy.deadAir)
  return { parts, entrance, conduct, memory, caller, answering, overlap, deadAir, telling, watchdog, timers }
}

function beginLog({ log, clock }: Entrance, parts: SessionParts): void {
  const { id, language, listenRate, outputRate, policy, limits, opens, ear, goesOnFrom } = parts
  log?.begin({
    format: SESSION_LOG_FORMAT,
    session: id,
    language,
    listenRate,
    outputRate,
    policy,
    limits,
    opens,
    hears: ear !== undefined,
    keeps: log.keeps,
    atMs: clock.now(),
    ...(goesOnFrom === undefined ? {} : { goesOnFrom }),
  })
}

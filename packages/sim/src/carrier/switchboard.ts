/**
 * The calls of a simulated carrier: made, rung, answered, ended. What an answered call does is its program's business
 * (`run-program.ts`); this knows only whether it lives.
 */

import { createTicker } from '@parley/core'
import type { CarrierWorld } from './carrier-world.js'
import { isOver, type Leg, type SimStatus } from './leg.js'
import { LINE_FRAME, LINE_FRAME_MS, type Party, type PartyLine } from './party.js'
import { tellStatus } from './tell-status.js'

export type NewLeg = Pick<Leg, 'direction' | 'from' | 'to' | 'party' | 'instructions'> & {
  readonly parent?: string | undefined
  readonly callbacks?: Leg['callbacks']
  readonly machineDetection?: Leg['machineDetection']
  readonly ringMs?: number
  readonly limitMs?: number
}

export interface Switchboard {
  /** Newest last. */
  readonly legs: ReadonlyMap<string, Leg>
  create(order: NewLeg): Leg
  /** Rings the phone of a leg; `answered` runs if it is answered. */
  ring(leg: Leg, answered: () => void): void
  /** Connects a leg that called us. */
  connect(leg: Leg): void
  end(leg: Leg, status: SimStatus, sipCode?: number): void
  /** The line that the party of a leg holds. */
  lineOf(leg: Leg, answered: () => void): PartyLine
  forget(leg: Leg): void
}

const HOUR_MS = 3_600_000
const silence = new Int16Array(LINE_FRAME)

export function createSwitchboard(world: CarrierWorld): Switchboard {
  const legs = new Map<string, Leg>()
  const ticker = createTicker(world.clock, LINE_FRAME_MS)
  const { keepCalls = 10_000, keepHeardMs = 60_000 } = world.options

  function create(order: NewLeg): Leg {
    const nowMs = world.epochMs()
    const leg: Leg = {
      sid: world.newId('CA'),
      parent: undefined,
      callbacks: undefined,
      machineDetection: undefined,
      ringMs: 60_000,
      limitMs: 4 * HOUR_MS,
      ...order,
      status: 'queued',
      answeredBy: undefined,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      startedAtMs: undefined,
      answeredAtMs: undefined,
      endedAtMs: undefined,
      events: [],
      heard: [],
      circuit: {},
      program: new AbortController(),
      gone: new AbortController(),
      sequence: 0,
      sipCode: 200,
    }
    legs.set(leg.sid, leg)
    for (const old of legs.values()) {
      if (legs.size <= keepCalls) break
      if (isOver(old.status)) legs.delete(old.sid)
    }
    return leg
  }

  function become(leg: Leg, status: SimStatus): void {
    leg.status = status
    leg.updatedAtMs = world.epochMs()
    world.note(leg, 'status', status)
    tellStatus(world, leg)
  }

  function connect(leg: Leg): void {
    if (isOver(leg.status) || leg.status === 'in-progress') return
    leg.answeredAtMs = world.epochMs()
    leg.startedAtMs ??= leg.answeredAtMs
    become(leg, 'in-progress')
    const stopBeat = ticker.add(nowMs => beat(leg, nowMs))
    const stopLimit = world.clock.after(leg.limitMs, () => end(leg, 'completed'))
    leg.gone.signal.addEventListener('abort', () => {
      stopBeat()
      stopLimit()
    })
    leg.party.connected()
  }

  function beat(leg: Leg, nowMs: number): void {
    const { party, circuit } = leg
    if (circuit.exchange === undefined) return
    hear(leg, circuit.exchange(lose(party, party.speak(nowMs))))
  }

  /** What a network between the carrier and the phone leaves of a frame. */
  function lose(party: Party, frame: Int16Array | undefined): Int16Array | undefined {
    const { lossPercent } = party.network
    return lossPercent > 0 && world.random() * 100 < lossPercent ? undefined : frame
  }

  function hear(leg: Leg, frame: Int16Array | undefined): void {
    leg.party.hear(lose(leg.party, frame) ?? silence)
    keepHeard(leg, frame ?? silence, keepHeardMs)
  }

  function end(leg: Leg, status: SimStatus, sipCode = 200): void {
    if (isOver(leg.status)) return
    leg.endedAtMs = world.epochMs()
    leg.sipCode = sipCode
    leg.circuit = {}
    become(leg, status)
    leg.gone.abort()
    leg.program.abort()
    leg.party.over(status)
  }

  function lineOf(leg: Leg, answered: () => void): PartyLine {
    return {
      callSid: leg.sid,
      from: leg.from,
      to: leg.to,
      answer() {
        if (leg.status !== 'ringing' || leg.direction === 'inbound') return
        connect(leg)
        answered()
      },
      refuse(how) {
        if (leg.status !== 'ringing' || leg.direction === 'inbound') return
        end(leg, how, { busy: 486, failed: 404, 'no-answer': 480 }[how])
      },
      hangUp() {
        if (leg.status === 'in-progress') end(leg, 'completed')
        else end(leg, leg.direction === 'inbound' ? 'no-answer' : 'busy', 487)
      },
      press(digit) {
        if (leg.status !== 'in-progress' || !/^[0-9*#A-D]$/.test(digit)) return
        world.note(leg, 'key', digit)
        leg.circuit.key?.(digit)
      },
    }
  }

  return {
    legs,
    create,
    connect,
    end,
    lineOf,
    ring(leg, answered) {
      const { setUpMs = 0 } = world.options
      const cancelSetUp = world.clock.after(setUpMs, () => {
        if (leg.status !== 'queued') return
        leg.startedAtMs = world.epochMs()
        become(leg, 'initiated')
        become(leg, 'ringing')
        const cancelRing = world.clock.after(leg.ringMs, () => {
          if (leg.status === 'ringing') end(leg, 'no-answer', 480)
        })
        leg.gone.signal.addEventListener('abort', cancelRing)
        leg.party.begin(
          lineOf(leg, () => {
            cancelRing()
            answered()
          }),
          'rings',
        )
      })
      leg.gone.signal.addEventListener('abort', cancelSetUp)
    },
    forget: leg => void legs.delete(leg.sid),
  }
}

/** Keeps a copy of what a phone heard. */
export function keepHeard(leg: Leg, frame: Int16Array, keepMs: number): void {
  if (keepMs <= 0) return
  leg.heard.push(frame.slice())
  if (leg.heard.length * LINE_FRAME_MS > keepMs) leg.heard.shift()
}

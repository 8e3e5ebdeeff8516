/**
 * The devices of one conversation: one of them is the speaker, the leg of the session; the others stand beside it and are
 * given what it is given, as it is given. A tap: with nobody beside it keeps what was said for those who may come.
 *
 * Invariant: at most one device is the speaker. What the others hear is never counted as heard.
 */
import type { Resampling } from '@parley/audio'
import {
  type BesideInbox,
  type Clock,
  defined,
  type HistoryEntry,
  type Ids,
  isDurable,
  ParleyError,
  type ReplyId,
  type Session,
  type SessionEvent,
  type Tap,
  type Ticker,
} from '@parley/core'
import type { DeviceRole, ServerMessageOf } from '@parley/protocol'
import { type DeviceLine, interruptedMessage, type Seat } from './device-line.js'
import { listenerForbidden, noSuchSession } from './device-rights.js'
import { createMixedSound, type MixedSound } from './mixed-sound.js'
import { createPastEntries } from './past-entries.js'
import { takenLeg } from './taken-leg.js'

/** A device as the others see it. */
export type Device = ServerMessageOf<'devices'>['devices'][number]

export type CompanySession = Pick<Session, 'attach' | 'beside' | 'ending' | 'mediaMs'>

export interface CompanyOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly ticker: Ticker
  readonly ids: Ids
  readonly resampling: Resampling
  /** Rate of the session's sound, Hz. */
  readonly outputRate: number
  /** Devices at once, the speaker among them. */
  readonly mostDevices: number
  /** What was said in another process. */
  readonly before?: readonly HistoryEntry[]
  /** Another device has become the speaker: what the old one could come back with is void. Gives the new one's token. */
  tookOver(): string
}

export interface DeviceJoin {
  readonly line: DeviceLine
  readonly subject: string
  readonly as: DeviceRole
  /** Whether it may take over later. */
  readonly mayTakeOver: boolean
}

export interface Company {
  readonly tap: Tap
  readonly devices: readonly Device[]
  /** The session, once it is made. */
  around(session: CompanySession): void
  /** The device of the first leg; without a line (a phone) it is shown and cannot stand aside. */
  begin(who: { readonly line?: DeviceLine; readonly subject: string; readonly name?: string }): Seat
  /** The speaker is back on another socket: the same device. To be told before its leg is attached. */
  back(line: DeviceLine | undefined, subject: string): Seat
  /** Throws `overloaded` where too many are there, and what `Seat.takeOver` throws for a speaker. */
  join(join: DeviceJoin): JoinedSeat
}

export interface JoinedSeat {
  readonly seat: Seat
  /** Of a device that joined as the speaker. */
  readonly token: string | undefined
}

interface Member {
  readonly id: string
  readonly name: string | undefined
  readonly line: DeviceLine | undefined
  readonly subject: string
  readonly joinedAtMs: number
  readonly mayTakeOver: boolean
  role: DeviceRole
}

/** Place of the mix in the order of sounds: it is nobody's reply. */
const MIX = 'both' as ReplyId

export function createCompany(options: CompanyOptions): Company {
  const { clock, ids, outputRate, mostDevices } = options
  const members = new Map<string, Member>()
  const past = createPastEntries(options.before)
  /** When each durable event was announced, so that nobody is told one twice. */
  const numbers = new WeakMap<SessionEvent, number>()
  let count = 0
  let beside: readonly Member[] = []
  let speaker: Member | undefined
  /** As it was when it was last there: it comes back as the same device. */
  let lastSpeaker: Member | undefined
  let session: CompanySession | undefined
  let beganAtMs: number | undefined
  let floor: SessionEvent | undefined
  let reply: SessionEvent | undefined
  let sounding: ReplyId | undefined
  let mix: MixedSound | undefined
  let isOver = false

  const now = () => (beganAtMs === undefined ? 0 : clock.now() - beganAtMs)

  function devices(): Device[] {
    return [...members.values()].map(({ id, name, role, subject, joinedAtMs }) => ({
      id,
      role,
      subject,
      joinedAtMs,
      ...defined({ name }),
    }))
  }

  /** One device that fails is left out, and the others go on. */
  function give(member: Member, call: (line: DeviceLine) => void): void {
    try {
      if (member.line !== undefined) call(member.line)
    } catch {
      drop(member)
      queueMicrotask(() => member.line?.transport.close('error'))
    }
  }

  function changed(): void {
    beside = [...members.values()].filter(member => member !== speaker)
    const mixes = beside.some(({ line }) => line?.hears === 'both')
    if (mixes) mix ??= openMix()
    else closeMix()
  }

  function tellDevices(): void {
    const message = { type: 'devices', devices: devices() } as const
    for (const member of [...members.values()]) give(member, line => line.tell(message))
  }

  function openMix(): MixedSound {
    const { ticker, resampling } = options
    return createMixedSound({
      now: () => clock.now(),
      ...{ ticker, resampling, rate: outputRate },
      mixed(frame) {
        for (const member of beside)
          if (member.line?.hears === 'both') give(member, line => line.transport.play(frame, MIX))
      },
    })
  }

  function closeMix(): void {
    mix?.close()
    mix = undefined
  }

  function drop(member: Member): void {
    if (members.get(member.id) !== member) return
    members.delete(member.id)
    if (speaker === member) {
      lastSpeaker = member
      speaker = undefined
    }
    changed()
    if (!isOver) tellDevices()
  }

  function seatOf(member: Member): Seat {
    const isThere = () => members.get(member.id) === member
    const inbox: BesideInbox | undefined = session?.beside(isThere)
    const allowed = (): BesideInbox | undefined => {
      if (member.role === 'listener') throw listenerForbidden()
      // The first device sits down before there is a session.
      return inbox ?? session?.beside(isThere)
    }
    return {
      id: member.id,
      get role() {
        return member.role
      },
      text: text => allowed()?.text(text),
      interrupt() {
        const heard = allowed()?.interrupt()
        give(member, line => line.tell(interruptedMessage(heard)))
      },
      commit: () => allowed()?.commit(),
      dtmf: digit => allowed()?.dtmf(digit),
      takeOver() {
        if (isThere()) takeOver(member, true)
      },
      leave: () => drop(member),
    }
  }

  function takeOver(member: Member, tells: boolean): string {
    const { line } = member
    if (member === speaker) throw new ParleyError('bad_message', 'This device is the speaker already.')
    if (session === undefined || session.ending !== undefined || isOver || line === undefined)
      throw noSuchSession()
    if (!member.mayTakeOver)
      throw new ParleyError(
        'forbidden',
        'To take over needs the right `sessions:steer`, or to be the same person.',
      )
    if (speaker !== undefined && speaker.line === undefined)
      throw new ParleyError(
        'conflict',
        'The caller speaks over a line that cannot stand aside, such as a phone.',
      )
    const { transport } = line
    if (transport.outputRate !== outputRate) {
      const message = `This conversation speaks at ${outputRate} Hz; join with that output rate to take over.`
      throw new ParleyError('bad_message', message)
    }
    const old = speaker
    const knownUntil = count
    speaker = member
    member.role = 'speaker'
    if (old !== undefined) old.role = 'controller'
    changed()
    // What it has of it comes again, from the first sample that was not heard.
    if (sounding !== undefined) transport.clear(sounding)
    if (line.hears === 'both') transport.clear(MIX)
    const knows = (event: SessionEvent) => (numbers.get(event) ?? Number.POSITIVE_INFINITY) <= knownUntil
    session.attach(takenLeg(transport, knows), 'taken-over')
    const drawn = options.tookOver()
    const token = line.isFar ? '' : drawn
    if (old !== undefined) give(old, line => line.tell({ type: 'role', role: 'controller', by: member.id }))
    if (tells) {
      const { mediaMs: receivedMs } = session
      give(member, line => line.tell({ type: 'role', role: 'speaker', resumeToken: token, receivedMs }))
    }
    tellDevices()
    return token
  }

  /** What somebody who comes later has to know: what was said, and what is going on. */
  function introduce(member: Member): void {
    give(member, line => {
      line.tell(past.message())
      if (floor !== undefined) line.transport.send(floor)
      if (reply !== undefined) line.transport.send(reply)
    })
  }

  function announced(event: SessionEvent): void {
    past.announced(event)
    if (isDurable(event)) numbers.set(event, ++count)
    if (event.kind === 'floor-changed') floor = event
    if (event.kind === 'reply-started') reply = event
    if (event.kind === 'reply-ended') reply = undefined
    for (const member of beside) give(member, ({ transport }) => transport.send(event))
    if (event.kind !== 'session-ended') return
    isOver = true
    const leaving = beside
    members.clear()
    speaker = undefined
    changed()
    for (const member of leaving) give(member, ({ transport }) => transport.close(event.reason))
  }

  function hearAgent(call: (line: DeviceLine) => void): void {
    for (const member of beside) if (member.line?.hears === 'agent') give(member, call)
  }

  const tap: Tap = {
    name: 'company',
    userAudio: frame => mix?.user(frame),
    agentAudio(frame, of, heardInMs) {
      sounding = of
      if (beside.length === 0) return
      hearAgent(({ transport }) => transport.play(frame, of))
      mix?.agent(frame, of, heardInMs)
    },
    agentCleared(of) {
      hearAgent(({ transport }) => transport.clear(of))
      mix?.cleared()
    },
    agentDucked(on) {
      hearAgent(({ transport }) => transport.duck(on))
      mix?.ducked(on)
    },
    event(event) {
      beganAtMs ??= clock.now() - event.atMs
      if (event.kind === 'reply-ended' && sounding === event.reply) sounding = undefined
    },
    announced,
  }

  function speak(member: Member): Seat {
    members.set(member.id, member)
    speaker = member
    changed()
    return seatOf(member)
  }

  return {
    tap,
    get devices() {
      return devices()
    },
    around(made) {
      session = made
    },
    begin({ line, subject, name }) {
      return speak({
        id: ids.next('dev'),
        name: line?.name ?? name,
        ...{ line, subject, joinedAtMs: now(), role: 'speaker', mayTakeOver: true },
      })
    },
    back(line, subject) {
      const before = speaker ?? lastSpeaker
      const seat = speak({
        id: before?.id ?? ids.next('dev'),
        name: line?.name ?? before?.name,
        ...{ line, subject, joinedAtMs: before?.joinedAtMs ?? now() },
        ...{ role: 'speaker', mayTakeOver: true },
      })
      if (members.size > 1) tellDevices()
      return seat
    },
    join({ line, subject, as, mayTakeOver }) {
      if (session === undefined || session.ending !== undefined || isOver) throw noSuchSession()
      if (members.size >= mostDevices) {
        const message = `${mostDevices} devices stand in this conversation, which is the most; one has to leave first.`
        throw new ParleyError('overloaded', message)
      }
      const role = as === 'speaker' ? 'controller' : as
      const joinedAtMs = now()
      const { name } = line
      const member: Member = {
        id: ids.next('dev'),
        name,
        line,
        subject,
        joinedAtMs,
        mayTakeOver,
        role,
      }
      members.set(member.id, member)
      changed()
      const seat = seatOf(member)
      introduce(member)
      if (as !== 'speaker') {
        tellDevices()
        return { seat, token: undefined }
      }
      try {
        return { seat, token: takeOver(member, false) }
      } catch (thrown) {
        drop(member)
        throw thrown
      }
    },
  }
}

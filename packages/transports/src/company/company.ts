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
import type { DeviceRole } from '@parley/protocol'
import { type DeviceLine, interruptedMessage, type Seat } from './device-line.js'
import { listenerForbidden, noSuchSession } from './device-rights.js'
import { createMixedSound, type MixedSound } from './mixed-sound.js'
import { createPastEntries } from './past-entries.js'
import { createPresentReplies } from './present-replies.js'
import { type CompanyRecording, createRecordingLine } from './recording-line.js'
import { createRoster, type Device, type Member } from './roster.js'
import { takenLeg } from './taken-leg.js'

export type CompanySession = Pick<Session, 'attach' | 'beside' | 'ending' | 'receivedMs'>

export interface CompanyOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly ticker: Ticker
  readonly ids: Ids
  readonly resampling: Resampling
  /** Rate of the session's sound, Hz. */
  readonly outputRate: number
  /** Devices at once, the speaker among them; with 1 nobody can join. */
  readonly mostDevices: number
  /** What was said in another process. */
  readonly before?: readonly HistoryEntry[]
  /** A device of this subject has become the speaker: what the old one could come back with is void. Gives its token. */
  tookOver(subject: string): string
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
  /** It is, or may be, recorded; to be told once it stands, before anybody joins. */
  recorded(recording: CompanyRecording): void
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

/** Place of the mix in the order of sounds: it is nobody's reply. */
const MIX = 'both' as ReplyId

export function createCompany(options: CompanyOptions): Company {
  const { clock, ids, outputRate, mostDevices } = options
  const roster = createRoster(beside => {
    const mixes = beside.some(({ line }) => line?.hears === 'both')
    if (mixes) mix ??= openMix()
    else closeMix()
  })
  const recording = createRecordingLine(roster)
  const past = createPastEntries(options.before)
  /** When each durable event was announced, so that nobody is told one twice. */
  const numbers = new WeakMap<SessionEvent, number>()
  let count = 0
  let session: CompanySession | undefined
  let beganAtMs: number | undefined
  let floor: SessionEvent | undefined
  const replies = createPresentReplies()
  let sounding: ReplyId | undefined
  let mix: MixedSound | undefined
  let isOver = false

  const now = () => (beganAtMs === undefined ? 0 : clock.now() - beganAtMs)

  /** The session, while it can be joined. */
  function standing(): CompanySession {
    if (session === undefined || session.ending !== undefined || isOver) throw noSuchSession()
    return session
  }

  function openMix(): MixedSound {
    const { ticker, resampling } = options
    return createMixedSound({
      now: () => clock.now(),
      ...{ ticker, resampling, rate: outputRate },
      mixed: frame => toAll('both', ({ transport }) => transport.play(frame, MIX)),
    })
  }

  function closeMix(): void {
    mix?.close()
    mix = undefined
  }

  function toAll(hears: DeviceLine['hears'], call: (line: DeviceLine) => void): void {
    for (const member of roster.beside) if (member.line?.hears === hears) roster.give(member, call)
  }

  function seatOf(member: Member): Seat {
    const isThere = () => roster.has(member)
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
        roster.give(member, line => line.tell(interruptedMessage(heard)))
      },
      commit: () => allowed()?.commit(),
      dtmf: digit => allowed()?.dtmf(digit),
      consent(granted) {
        if (member.role === 'listener') throw listenerForbidden()
        if (isThere()) recording.consent(member, granted)
      },
      takeOver() {
        if (isThere()) takeOver(member, true)
      },
      leave: () => roster.drop(member),
    }
  }

  function takeOver(member: Member, tells: boolean): string {
    const { speaker: old } = roster
    const line = checkTakeOver(member, old, outputRate)
    const held = standing()
    const { transport } = line
    const knownUntil = count
    roster.promote(member)
    // What it has of it comes again, from the first sample that was not heard.
    if (sounding !== undefined) transport.clear(sounding)
    if (line.hears === 'both') transport.clear(MIX)
    const knows = (event: SessionEvent) => (numbers.get(event) ?? Number.POSITIVE_INFINITY) <= knownUntil
    held.attach(takenLeg(transport, knows), 'taken-over')
    const drawn = options.tookOver(member.subject)
    const resumeToken = line.isFar ? '' : drawn
    const { receivedMs } = held
    if (old !== undefined)
      roster.give(old, line => line.tell({ type: 'role', role: 'controller', by: member.id }))
    if (tells) {
      roster.give(member, line => line.tell({ type: 'role', role: 'speaker', resumeToken, receivedMs }))
      // Its microphone is what is recorded from here on.
      recording.introduce(member)
    }
    roster.tellDevices()
    return resumeToken
  }

  /** What somebody who comes later has to know: what was said, and what is going on. */
  function introduce(member: Member): void {
    roster.give(member, line => {
      line.tell(past.message())
      if (floor !== undefined) line.transport.send(floor)
      for (const event of replies.events()) line.transport.send(event)
    })
    recording.introduce(member)
  }

  function announced(event: SessionEvent): void {
    past.announced(event)
    replies.announced(event)
    if (isDurable(event)) numbers.set(event, ++count)
    if (event.kind === 'floor-changed') floor = event
    for (const member of roster.beside) roster.give(member, ({ transport }) => transport.send(event))
    if (event.kind !== 'session-ended') return
    isOver = true
    for (const member of roster.clear()) roster.give(member, ({ transport }) => transport.close(event.reason))
  }

  const tap: Tap = {
    name: 'company',
    userAudio: frame => mix?.user(frame),
    agentAudio(frame, of, heardInMs) {
      sounding = of
      if (roster.beside.length === 0) return
      toAll('agent', ({ transport }) => transport.play(frame, of))
      mix?.agent(frame, of, heardInMs)
    },
    agentCleared(of) {
      toAll('agent', ({ transport }) => transport.clear(of))
      mix?.cleared()
    },
    agentDucked(on) {
      toAll('agent', ({ transport }) => transport.duck(on))
      mix?.ducked(on)
    },
    event(event) {
      beganAtMs ??= clock.now() - event.atMs
      if (event.kind === 'reply-ended' && sounding === event.reply) sounding = undefined
    },
    announced,
  }

  function sit(member: Member): Seat {
    roster.add(member)
    return seatOf(member)
  }

  return {
    tap,
    get devices() {
      return roster.devices
    },
    around(made) {
      session = made
    },
    recorded: recording.follow,
    begin({ line, subject, name }) {
      const facts = { id: ids.next('dev'), name: line?.name ?? name, joinedAtMs: now() }
      return sit({ ...facts, line, subject, mayTakeOver: true, role: 'speaker' })
    },
    back(line, subject) {
      const { lastSpeaker } = roster
      const { id = ids.next('dev'), joinedAtMs = now() } = lastSpeaker ?? {}
      const name = line?.name ?? lastSpeaker?.name
      const seat = sit({ id, name, joinedAtMs, line, subject, mayTakeOver: true, role: 'speaker' })
      if (roster.size > 1) roster.tellDevices()
      const { speaker } = roster
      if (speaker !== undefined) recording.introduce(speaker)
      return seat
    },
    join({ line, subject, as, mayTakeOver }) {
      standing()
      // The place of a speaker whose line is lost is kept for it, or for who takes over.
      const isFree = as === 'speaker' && roster.speaker === undefined && mostDevices > 1
      const taken = roster.size + (roster.speaker === undefined && !isFree ? 1 : 0)
      if (taken >= mostDevices) {
        const message = `${mostDevices} devices stand in this conversation, which is the most; one has to leave first.`
        throw new ParleyError('overloaded', message)
      }
      const facts = { id: ids.next('dev'), name: line.name, joinedAtMs: now() }
      const role = as === 'speaker' ? 'controller' : as
      const member: Member = { ...facts, line, subject, mayTakeOver, role }
      // Nobody is told of one that may not be what it wants to be.
      if (as === 'speaker') checkTakeOver(member, roster.speaker, outputRate)
      const seat = sit(member)
      introduce(member)
      if (as === 'speaker') return { seat, token: takeOver(member, false) }
      roster.tellDevices()
      return { seat, token: undefined }
    },
  }
}

/** Gives the line that is to be the leg; throws what `Seat.takeOver` throws. */
function checkTakeOver(member: Member, speaker: Member | undefined, outputRate: number): DeviceLine {
  const { line, mayTakeOver } = member
  if (member === speaker) throw new ParleyError('bad_message', 'This device is the speaker already.')
  if (line === undefined) throw noSuchSession()
  if (!mayTakeOver) {
    const message = 'To take over needs the right `sessions:steer`, or to be the same person.'
    throw new ParleyError('forbidden', message)
  }
  if (speaker !== undefined && speaker.line === undefined) {
    const message = 'The caller speaks over a line that cannot stand aside, such as a phone.'
    throw new ParleyError('conflict', message)
  }
  if (line.transport.outputRate !== outputRate) {
    const message = `This conversation speaks at ${outputRate} Hz; join with that output rate to take over.`
    throw new ParleyError('bad_message', message)
  }
  return line
}

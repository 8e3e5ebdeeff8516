/** Who stands in a conversation, and who of them is the speaker; one device that fails is left out, and the others go on. */
import { defined } from '@parley/core'
import type { DeviceRole, ServerMessageOf } from '@parley/protocol'
import type { DeviceLine } from './device-line.js'

/** A device as the others see it. */
export type Device = ServerMessageOf<'devices'>['devices'][number]

export interface Member {
  readonly id: string
  readonly name: string | undefined
  /** Undefined for a phone and the like: it is shown, and cannot stand aside. */
  readonly line: DeviceLine | undefined
  readonly subject: string
  readonly joinedAtMs: number
  readonly mayTakeOver: boolean
  role: DeviceRole
}

export interface Roster {
  readonly size: number
  readonly devices: readonly Device[]
  readonly speaker: Member | undefined
  /** The speaker, or who was it last. */
  readonly lastSpeaker: Member | undefined
  readonly members: readonly Member[]
  /** All but the speaker. */
  readonly beside: readonly Member[]
  has(member: Member): boolean
  /** In the place of one of the same id, where there is one. */
  add(member: Member): void
  /** The speaker before becomes a controller. */
  promote(member: Member): void
  /** Takes it out and tells the others; nothing where it is gone already. */
  drop(member: Member): void
  give(member: Member, call: (line: DeviceLine) => void): void
  tellDevices(): void
  /** It is over: all go, and nobody is told. Gives those who stood beside. */
  clear(): readonly Member[]
}

/** `changed`: told when others stand beside than before. */
export function createRoster(changed: (beside: readonly Member[]) => void): Roster {
  const members = new Map<string, Member>()
  let beside: readonly Member[] = []
  let speaker: Member | undefined
  let lastSpeaker: Member | undefined

  function arrange(): void {
    if (speaker !== undefined) lastSpeaker = speaker
    beside = [...members.values()].filter(member => member !== speaker)
    changed(beside)
  }

  function devices(): Device[] {
    return [...members.values()].map(({ id, name, role, subject, joinedAtMs }) => ({
      ...{ id, role, subject, joinedAtMs },
      ...defined({ name }),
    }))
  }

  function give(member: Member, call: (line: DeviceLine) => void): void {
    try {
      if (member.line !== undefined) call(member.line)
    } catch {
      drop(member)
      queueMicrotask(() => member.line?.transport.close('error'))
    }
  }

  function tellDevices(): void {
    const message = { type: 'devices', devices: devices() } as const
    for (const member of [...members.values()]) give(member, line => line.tell(message))
  }

  function drop(member: Member): void {
    if (members.get(member.id) !== member) return
    members.delete(member.id)
    if (speaker === member) speaker = undefined
    arrange()
    tellDevices()
  }

  return {
    get size() {
      return members.size
    },
    get devices() {
      return devices()
    },
    get speaker() {
      return speaker
    },
    get lastSpeaker() {
      return lastSpeaker
    },
    get members() {
      return [...members.values()]
    },
    get beside() {
      return beside
    },
    has: member => members.get(member.id) === member,
    add(member) {
      if (speaker?.id === member.id) speaker = undefined
      members.set(member.id, member)
      if (member.role === 'speaker') speaker = member
      arrange()
    },
    promote(member) {
      if (speaker !== undefined) speaker.role = 'controller'
      speaker = member
      member.role = 'speaker'
      arrange()
    },
    drop,
    give,
    tellDevices,
    clear() {
      const left = beside
      members.clear()
      speaker = undefined
      arrange()
      return left
    },
  }
}

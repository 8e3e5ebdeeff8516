/**
 * What the devices of a conversation are told of its recording, and what they say of it: each yes and no is answered on the
 * line of who said it. Bounded: of a yes, and of a no, one is under way; whoever says the same meanwhile waits with it.
 */
import { errorCodes, ParleyError } from '@parley/core'
import type { RecordingNotice } from '@parley/protocol'
import type { CompanyMessage } from './device-line.js'
import type { Member, Roster } from './roster.js'

/** A conversation that is, or may be, recorded. */
export interface CompanyRecording {
  readonly notice: RecordingNotice
  /** Told at each change until the conversation is over. */
  watch(changed: (notice: RecordingNotice) => void): void
  /** Rejects with `ParleyError`: `conflict` where a no, or the end, came before. */
  consent(granted: boolean): Promise<void>
}

export interface RecordingLine {
  /** Tells all, now and at each change. */
  follow(recording: CompanyRecording): void
  /** Tells a device how it stands; nothing where nobody wants to record. */
  introduce(member: Member): void
  /** Never throws. A yes that is under way holds up no no. */
  consent(member: Member, granted: boolean): void
}

const OFF: RecordingNotice = { state: 'off' }

export function createRecordingLine(roster: Roster): RecordingLine {
  let recording: CompanyRecording | undefined
  let last: RecordingNotice | undefined
  /** Who waits for the answer to a yes, and to a no, and whether they were told the state since. */
  const asking = new Map<boolean, Map<Member, boolean>>()

  function tell(member: Member, message: CompanyMessage): void {
    if (roster.has(member)) roster.give(member, line => line.tell(message))
  }

  function tellAll(notice: RecordingNotice): void {
    if (last?.state === notice.state && last.consent === notice.consent) return
    last = notice
    for (const waiting of asking.values()) for (const member of waiting.keys()) waiting.set(member, true)
    for (const member of roster.members) tell(member, { type: 'recording', ...notice })
  }

  async function decide(granted: boolean, of: CompanyRecording): Promise<void> {
    let answer: CompanyMessage | undefined
    try {
      await of.consent(granted)
    } catch (thrown) {
      const { code, message } = ParleyError.from(thrown)
      const told = code === 'internal' ? errorCodes.internal : message
      answer = { type: 'error', code, message: told, fatal: false }
    }
    const waiting = asking.get(granted) ?? []
    asking.delete(granted)
    for (const [member, isTold] of waiting) {
      if (answer !== undefined) tell(member, answer)
      else if (!isTold) tell(member, { type: 'recording', ...of.notice })
    }
  }

  return {
    follow(made) {
      recording = made
      tellAll(made.notice)
      made.watch(tellAll)
    },
    introduce(member) {
      if (last !== undefined) tell(member, { type: 'recording', ...last })
    },
    consent(member, granted) {
      if (recording === undefined) return tell(member, { type: 'recording', ...OFF })
      const waiting = asking.get(granted)
      if (waiting !== undefined) return void waiting.set(member, false)
      asking.set(granted, new Map([[member, false]]))
      void decide(granted, recording)
    },
  }
}

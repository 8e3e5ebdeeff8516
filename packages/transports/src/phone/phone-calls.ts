/**
 * Which calls have a stream here, so that nobody slips into one that is held: a second stream is refused unless it resumes
 * the session of the first, whose place it then takes. It knows this process only; across nodes a ticket works once.
 */
import { ParleyError } from '@parley/core'

/** A stream, for those that come after it. */
export interface StandingStream {
  /** Another one has its place; its session is not told. */
  replaced(): void
}

export interface PhoneCalls {
  /** @throws ParleyError `conflict` where the call has a stream and `replaces` is false */
  enter(call: PhoneCallName, stream: StandingStream, replaces: boolean): PhoneCallPlace
}

export interface PhoneCallName {
  readonly tenant: string
  readonly callSid: string
}

export interface PhoneCallPlace {
  /** The stream stands: those before it are replaced. */
  stands(): void
  leave(): void
}

export function createPhoneCalls(): PhoneCalls {
  const calls = new Map<string, Set<StandingStream>>()
  return {
    enter({ tenant, callSid }, stream, replaces) {
      const name = JSON.stringify([tenant, callSid])
      const streams = calls.get(name) ?? new Set()
      if (streams.size > 0 && !replaces) {
        throw new ParleyError('conflict', 'This call has a stream already.')
      }
      streams.add(stream)
      calls.set(name, streams)
      return {
        stands() {
          for (const other of [...streams]) if (other !== stream) other.replaced()
        },
        leave() {
          streams.delete(stream)
          if (streams.size === 0 && calls.get(name) === streams) calls.delete(name)
        },
      }
    },
  }
}

import type { ReplyId } from '../ids.js'
import type { LogInput } from '../replay/log-entry.js'
import type { Wishes } from '../turn/wishes.js'
import type { Forgotten, GivenEntry, Steer, Steering } from './steering.js'

/** What a session does with how its far end steers. */
export interface SteeringCalls {
  configure(steer: Steer): void
  answer(wishes: Wishes | undefined): void
  callOff(): void
  forgetSound(): void
  remember(...what: Parameters<Steering['remember']>): void
  forget(what: Forgotten): void
  amend(reply: ReplyId, heard: Parameters<Steering['amend']>[1]): void
  readonly aside: Steering['aside']
}

/** The steering side of a leg's inbox: all of it comes in by `enter` and is written, but for what is asked beside. */
export function createSteering(
  enter: (input: LogInput, act: () => void) => void,
  calls: SteeringCalls,
): Steering {
  return {
    configure: steer => enter({ kind: 'configure', steer }, () => calls.configure(steer)),
    answer: wishes =>
      enter({ kind: 'answer', ...(wishes === undefined ? {} : { wishes }) }, () => calls.answer(wishes)),
    callOff: () => enter({ kind: 'call-off' }, () => calls.callOff()),
    forgetSound: () => enter({ kind: 'forget-sound' }, () => calls.forgetSound()),
    remember: (entry: GivenEntry, behind) =>
      enter({ kind: 'remember', entry, ...(behind === undefined ? {} : { behind }) }, () =>
        calls.remember(entry, behind),
      ),
    forget: what => enter({ kind: 'forget', what }, () => calls.forget(what)),
    amend: (reply, heard) => enter({ kind: 'amend', reply, heard }, () => calls.amend(reply, heard)),
    aside: (ask, signal) => calls.aside(ask, signal),
  }
}

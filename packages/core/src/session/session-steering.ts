import type { Asides } from './asides.js'
import type { Deciding } from './deciding.js'
import type { SessionBody } from './session-body.js'
import type { SteeringCalls } from './steering-inbox.js'

/** What a session does when its far end steers. */
export function steeringOf(body: SessionBody, deciding: Deciding, asides: Asides): SteeringCalls {
  const { answering, caller, conduct, entrance, memory, watchdog } = body

  /** An answer that is only prepared was made for the history as it was. */
  function change(run: () => void): void {
    watchdog.active(entrance.clock.now())
    run()
    answering.outdate()
  }

  return {
    configure: steer => deciding.configure(steer),
    answer: wishes => deciding.answer(wishes),
    callOff: () => conduct.unwant(),
    forgetSound: () => caller.forgetSound(conduct.isTold),
    remember: (entry, behind) =>
      change(() => {
        const { turn, mediaMs } = caller
        memory.remember(entry, behind, mediaMs, turn?.committed === false ? turn.id : undefined)
      }),
    forget: what => change(() => answering.forget(what)),
    amend: (reply, heard) => change(() => answering.amend(reply, heard)),
    aside: (ask, signal) => asides.run(ask, signal),
  }
}

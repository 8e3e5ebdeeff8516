/**
 * How the session of a stream learns that its leg is gone: once, also when it opens after that. Not at all where it closed
 * the leg itself, the leg was released, or another stream has its place.
 */
import type { CloseReason } from '@parley/core'
import type { PhoneEnding } from './phone-endings.js'

export interface PhoneFarewell {
  readonly released: boolean
  /** The call goes on without the stream; false takes that back. */
  setReleased(released: boolean): void
  /** The session ended it and needs no telling. */
  knows(): void
  /** The session stands, and is told at once if the stream is over by now. Resumable: see `PhoneOpened`. */
  opened(resumable: boolean): void
  /** The stream is over like this, for the session at least. The first counts. */
  tell(ending: PhoneEnding): void
}

/** `say` throws nothing. */
export function createPhoneFarewell(say: (reason: CloseReason) => void): PhoneFarewell {
  let ending: PhoneEnding | undefined
  let isOpened = false
  let isResumable = false
  let isTold = false
  let isReleased = false

  function look(): void {
    if (!isOpened || isTold || isReleased || ending?.tell === undefined) return
    isTold = true
    say(isResumable && ending.tell === 'client' && ending.final !== true ? 'lost' : ending.tell)
  }

  return {
    get released() {
      return isReleased
    },
    setReleased(released) {
      isReleased = released
    },
    knows() {
      isTold = true
    },
    opened(resumable) {
      isOpened = true
      isResumable = resumable
      look()
    },
    tell(given) {
      ending ??= given
      look()
    },
  }
}

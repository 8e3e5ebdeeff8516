/** Text passed on in whole words, so that whoever goes on from there never has to finish half of one. */

import { unfinishedFrom } from './written-words.js'

export interface WordHold {
  /** The text that is whole with this piece. */
  feed(text: string): string
  /** What is held. */
  flush(): string
}

/** Longer runs are no word, and are passed on as they are. */
const LONGEST = 64

export function createWordHold(): WordHold {
  let held = ''
  return {
    feed(text) {
      held += text
      const from = unfinishedFrom(held)
      const whole = held.length - from > LONGEST ? held : held.slice(0, from)
      held = held.slice(whole.length)
      return whole
    },
    flush() {
      const rest = held
      held = ''
      return rest
    },
  }
}

/** The time of the playhead as the text of an element, without asking React for each frame. */

import { type RefObject, useEffect, useRef } from 'react'
import { clockText } from './model/clock-text.js'
import type { PlayerClock } from './player-clock.js'

export function useTimeText(clock: PlayerClock): RefObject<HTMLSpanElement | null> {
  const element = useRef<HTMLSpanElement>(null)
  useEffect(
    () =>
      clock.follow(atMs => {
        const text = clockText(atMs, true)
        if (element.current !== null && element.current.textContent !== text)
          element.current.textContent = text
      }),
    [clock],
  )
  return element
}

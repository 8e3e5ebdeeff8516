/** The time of the playhead as the text of an element, without asking React for each frame. */

import { type RefObject, useEffect, useRef } from 'react'
import { useLanguage } from '../i18n/language.js'
import { decimalMark } from '../ui/fixed.js'
import { clockText } from './model/clock-text.js'
import type { PlayerClock } from './player-clock.js'

export function useTimeText(clock: PlayerClock): RefObject<HTMLSpanElement | null> {
  const mark = decimalMark(useLanguage().language)
  const element = useRef<HTMLSpanElement>(null)
  useEffect(
    () =>
      clock.follow(atMs => {
        const text = clockText(atMs, true, mark)
        if (element.current !== null && element.current.textContent !== text)
          element.current.textContent = text
      }),
    [clock, mark],
  )
  return element
}

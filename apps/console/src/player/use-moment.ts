/** Something that depends on where the playhead is; the component is drawn again only when it becomes another. */

import { useEffect, useState } from 'react'
import type { PlayerClock } from './player-clock.js'

export function useMoment<Value>(clock: PlayerClock, of: (atMs: number) => Value): Value {
  const [value, setValue] = useState<Value>(() => of(clock.nowMs()))
  useEffect(() => clock.follow(atMs => setValue(of(atMs))), [clock, of])
  return value
}

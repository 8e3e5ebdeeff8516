/** The latest loudness of both sides, read by the meter at each animation frame: too often for React's state. */

export interface Levels {
  /** dBFS; -100 is silence. */
  readonly user: () => number
  readonly agent: () => number
  setUser(dbfs: number): void
  setAgent(dbfs: number): void
}

const SILENCE = -100
/** A level nobody renewed for this long is over: the microphone was closed or the reply ended. */
const STALE_AFTER_MS = 150

export function createLevels(now: () => number = () => performance.now()): Levels {
  const user = createLevel(now)
  const agent = createLevel(now)
  return { user: user.read, agent: agent.read, setUser: user.write, setAgent: agent.write }
}

function createLevel(now: () => number) {
  let dbfs = SILENCE
  let at = 0
  return {
    read: () => (now() - at > STALE_AFTER_MS ? SILENCE : dbfs),
    write(next: number) {
      dbfs = next
      at = now()
    },
  }
}

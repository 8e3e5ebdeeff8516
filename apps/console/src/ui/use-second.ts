/** The time of day, in ms since 1970, anew each second; one timer for all that show it. */
import { useSyncExternalStore } from 'react'

const watchers = new Set<() => void>()
let nowMs = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

export function useSecond(): number {
  return useSyncExternalStore(subscribe, () => nowMs)
}

function subscribe(changed: () => void): () => void {
  watchers.add(changed)
  if (timer === undefined) {
    nowMs = Date.now()
    timer = setInterval(() => {
      nowMs = Date.now()
      for (const watcher of [...watchers]) watcher()
    }, 1_000)
  }
  return () => {
    watchers.delete(changed)
    if (watchers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** Like `useGateway`, but what was there stays while it is asked for again, by hand or every `everyMs`. */
import { useEffect, useState } from 'react'
import { askGateway, type Loaded } from '../history/stored.js'

export interface Kept<Value> {
  /** The last answer that came. */
  readonly value: Value | undefined
  /** How the last question went. */
  readonly loaded: Loaded<Value>
  readonly reload: () => void
}

export function useKept<Value>(path: string, token: string, everyMs?: number): Kept<Value> {
  const [kept, setKept] = useState<{ readonly path: string; readonly value: Value }>()
  const [loaded, setLoaded] = useState<Loaded<Value>>({ kind: 'loading' })
  const [attempt, setAttempt] = useState(0)
  const reload = () => setAttempt(count => count + 1)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another question.
  useEffect(() => {
    const leaving = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    askGateway<Value>(path, { token, signal: leaving.signal }).then(
      answer => {
        setLoaded(answer)
        if (answer.kind === 'here') setKept({ path, value: answer.value })
        if (everyMs !== undefined) timer = setTimeout(reload, everyMs)
      },
      () => {
        // Nobody looks at it any more.
      },
    )
    return () => {
      leaving.abort()
      clearTimeout(timer)
    }
  }, [path, token, attempt, everyMs])
  const value = kept?.path === path ? kept.value : undefined
  return { value, loaded, reload }
}

/** Something asked of the gateway while a component shows it; asked again when the address or the token changes. */
import { useEffect, useState } from 'react'
import { askGateway, type Loaded } from './stored.js'

export function useGateway<Value>(path: string, token: string): readonly [Loaded<Value>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<Value>>({ kind: 'loading' })
  const [attempt, setAttempt] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another question.
  useEffect(() => {
    const leaving = new AbortController()
    setLoaded({ kind: 'loading' })
    askGateway<Value>(path, { token, signal: leaving.signal }).then(setLoaded, () => {
      // Nobody looks at it any more.
    })
    return () => leaving.abort()
  }, [path, token, attempt])
  return [loaded, () => setAttempt(count => count + 1)]
}

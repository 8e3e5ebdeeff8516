/** Whether there is a network, by expo-network, as `@parley/react` wants it. */
import type { StreamEnvironment } from '@parley/react'
import { addNetworkStateListener, getNetworkStateAsync } from 'expo-network'

export function createNetwork(): StreamEnvironment['network'] {
  // Until the first answer it is taken as there: a try in vain costs less than one that is not made.
  let online = true
  const watchers = new Set<() => void>()

  function learn(connected: boolean | undefined): void {
    const next = connected !== false
    if (next === online) return
    online = next
    for (const changed of [...watchers]) changed()
  }

  getNetworkStateAsync().then(
    ({ isConnected }) => learn(isConnected),
    () => {},
  )
  addNetworkStateListener(({ isConnected }) => learn(isConnected))
  return {
    online: () => online,
    onChange(changed) {
      watchers.add(changed)
      return () => watchers.delete(changed)
    },
  }
}

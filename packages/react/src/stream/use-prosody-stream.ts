/** `useProsodyStream`: the store of `prosody-stream.ts` in a component's life. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { createProsodyStream } from './prosody-stream.js'
import { idleSnapshot } from './silence.js'
import type { ProsodySnapshot, ProsodyStream, ProsodyStreamOptions } from './stream-types.js'

export interface UseProsodyStreamOptions extends Omit<ProsodyStreamOptions, 'url'> {
  /** Opens the socket when the component appears; the microphone waits for `start()`. Default true. */
  readonly autoConnect?: boolean
}

export interface UseProsodyStream extends ProsodySnapshot, Pick<ProsodyStream, 'start' | 'stop' | 'reset'> {
  /** The newest values between two renders: `<ProsodyAvatar source={sample} />` needs no render at all. */
  readonly sample: ProsodyStream['sample']
  readonly stream: ProsodyStream
}

/**
 * Live prosody of whoever speaks into the microphone after `start()`. `url` is `wss://host/prosody`; default
 * `EXPO_PUBLIC_PROSODY_WS_URL`. Another `url` or `token` moves the stream; all other options are those of the first
 * render. Leaving closes socket and microphone.
 */
export function useProsodyStream(
  url?: string | URL | undefined,
  options: UseProsodyStreamOptions = {},
): UseProsodyStream {
  const { token, autoConnect = true } = options
  const latestToken = useRef(token)
  const freshToken = useCallback(() => {
    const latest = latestToken.current
    return typeof latest === 'function' ? latest() : (latest ?? '')
  }, [])
  const wantedToken = typeof token === 'function' ? freshToken : token
  const [stream] = useState(() => createProsodyStream({ ...options, url, token: wantedToken }))
  const address = url === undefined ? undefined : String(url)

  useEffect(() => {
    latestToken.current = token
  }, [token])
  useEffect(() => {
    stream.configure({ url: address, token: wantedToken })
    const { state } = stream.snapshot()
    // `closed` is somebody's wish.
    if (autoConnect && state !== 'closed') stream.connect()
  }, [stream, address, wantedToken, autoConnect])
  useEffect(
    () => () => {
      stream.stop()
      stream.reset()
    },
    [stream],
  )

  const snapshot = useSyncExternalStore(stream.subscribe, stream.snapshot, serverSnapshot)
  const { start, stop, reset, sample } = stream
  return useMemo(
    () => ({ ...snapshot, start, stop, reset, sample, stream }),
    [snapshot, start, stop, reset, sample, stream],
  )
}

const serverSnapshot = () => idleSnapshot

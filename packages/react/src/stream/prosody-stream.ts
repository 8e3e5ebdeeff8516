/**
 * How somebody speaks, live: sound from a microphone to `/prosody`, values back. A plain store, which React, another
 * library or nothing at all may listen to. Nothing it does throws: what goes wrong is in the snapshot.
 */
import { createMicrophoneLine } from './microphone-line.js'
import { createNotices } from './notices.js'
import { pageMicrophone } from './page-microphone.js'
import { ProsodyError } from './prosody-error.js'
import { createProsodyLink } from './prosody-link.js'
import type { ProsodyReading } from './read-message.js'
import { idleSnapshot, silentValues } from './silence.js'
import { streamAddress } from './stream-address.js'
import { pageEnvironment } from './stream-environment.js'
import type { ProsodySnapshot, ProsodyStream, ProsodyStreamOptions, StreamTiming } from './stream-types.js'

const defaultTiming: StreamTiming = { openWithinMs: 10_000, answerWithinMs: 6_000, staleAfterMs: 500 }
const DEFAULT_THROTTLE_MS = 16

/** A stream that does nothing until `connect()` or `start()`; making one is safe where there is no browser. */
export function createProsodyStream(options: ProsodyStreamOptions = {}): ProsodyStream {
  const environment = { ...pageEnvironment(), ...options.environment }
  const timing = { ...defaultTiming, ...options.timing }
  const notices = createNotices(environment, options.throttleMs ?? DEFAULT_THROTTLE_MS, publish)
  const side = options.side ?? 'agent'
  let values = silentValues
  let utterance: ProsodySnapshot['utterance']
  const errors: { link?: ProsodyError | undefined; microphone?: ProsodyError | undefined } = {}
  let published = idleSnapshot
  let dirty = false
  let valuesAt = 0
  let cancelStale: (() => void) | undefined

  const link = createProsodyLink({
    options,
    environment,
    timing,
    hooks: {
      changed(state, why) {
        if (why !== undefined || state === 'open') errors.link = why
        if (state !== 'open') silence()
        // Nobody listens any more, so nothing should be recorded.
        if (state === 'closed' || state === 'failed') microphone.stop()
        tellNow()
      },
      reading: take,
    },
  })
  link.target = { url: options.url, token: options.token }

  const microphone = createMicrophoneLine({
    open: options.openMicrophone ?? pageMicrophone(),
    changed(state, why) {
      errors.microphone = why
      if (state !== 'granted') silence()
      tellNow()
    },
    began(sampleRate) {
      if (sampleRate === link.sampleRate) return
      link.sampleRate = sampleRate
      link.move()
    },
    frame: samples => void link.sendSound(samples),
  })

  function publish(): void {
    dirty = false
    published = {
      ...values,
      utterance,
      state: link.state,
      connected: link.state === 'open',
      microphone: microphone.state,
      error: errors.link ?? errors.microphone,
    }
  }

  function tellNow(): void {
    dirty = true
    notices.now()
  }

  function tellSoon(): void {
    dirty = true
    notices.soon()
  }

  function silence(): void {
    cancelStale?.()
    cancelStale = undefined
    if (values === silentValues) return
    values = silentValues
    dirty = true
  }

  /** Values that nobody renews are not left standing: a muted microphone is no voice. */
  function watchStale(): void {
    cancelStale = environment.after(valuesAt + timing.staleAfterMs - environment.now(), () => {
      if (environment.now() - valuesAt < timing.staleAfterMs) return watchStale()
      silence()
      tellNow()
    })
  }

  function take(reading: ProsodyReading): void {
    if ('side' in reading && reading.side !== undefined && reading.side !== side) return
    if (reading.kind === 'connected') follow()
    else if (reading.kind === 'frame') {
      values = reading.frame
      valuesAt = environment.now()
      if (cancelStale === undefined) watchStale()
      tellSoon()
    } else if (reading.kind === 'utterance') {
      utterance = reading.utterance
      tellNow()
    } else if (reading.kind === 'fault') {
      const details = { serverCode: reading.code }
      errors.link = new ProsodyError('gateway-fault', reading.message || undefined, { details })
      tellNow()
    } else if (reading.kind === 'other' && reading.type === 'session-ended') {
      link.close('closed')
    }
  }

  function follow(): void {
    const { session } = options
    if (session !== undefined) link.sendText({ type: 'subscribe', session, sides: [side], visemes: false })
  }

  function open(): void {
    // What ended the last connection says nothing of this one.
    if (link.state === 'closed' || link.state === 'failed') errors.link = undefined
    link.open()
  }

  /** Undefined where the address is wrong, which the link says in its own time. */
  function gateway(): string | undefined {
    try {
      return streamAddress(link.target, link.sampleRate).origin
    } catch {
      return undefined
    }
  }

  return {
    connect: open,
    start() {
      errors.link = errors.microphone = undefined
      open()
      // Without a gateway nobody should be asked for a microphone.
      if (link.state === 'failed') return Promise.resolve()
      return microphone.start({ sampleRate: options.sampleRate ?? 16_000, gateway: gateway() })
    },
    stop() {
      microphone.stop()
      if (link.state !== 'idle' && link.state !== 'failed') link.close('closed')
    },
    reset() {
      silence()
      utterance = errors.link = errors.microphone = undefined
      link.sendText({ type: 'reset' })
      if (link.state === 'closed' || link.state === 'failed') link.close('idle')
      tellNow()
    },
    configure({ url, token }) {
      const same = String(url ?? '') === String(link.target.url ?? '') && token === link.target.token
      // A function is asked afresh anyway; another one is no reason to leave.
      const quiet = same || (typeof token === 'function' && String(url) === String(link.target.url))
      link.target = { url, token }
      if (!quiet) link.move()
    },
    snapshot() {
      // Between two notices the snapshot stands still, as `useSyncExternalStore` wants it.
      if (dirty && !notices.watched) publish()
      return published
    },
    sample: () => values,
    subscribe: notices.subscribe,
  }
}

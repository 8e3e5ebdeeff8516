/**
 * The socket of a stream over as many connections as it takes: opens, backs off, waits for a network, gives up.
 * Invariant: in `idle`, `closed` and `failed` no timer runs and nothing listens to the page.
 */
import { closeMeaning, defaultReconnectPolicy, reconnectDelayMs, type SocketLike } from '@parley/client'
import { ProsodyError } from './prosody-error.js'
import { type ProsodyReading, readProsodyMessage } from './read-message.js'
import { refusal } from './refusal.js'
import { type StreamAddress, streamAddress, streamProtocols } from './stream-address.js'
import type {
  ProsodyStreamOptions,
  ProsodyStreamState,
  StreamEnvironment,
  StreamTiming,
} from './stream-types.js'

export interface ProsodyLinkOptions {
  readonly options: Omit<ProsodyStreamOptions, 'url' | 'token'>
  readonly environment: StreamEnvironment
  readonly timing: StreamTiming
  readonly hooks: LinkHooks
}

export interface LinkHooks {
  changed(state: ProsodyStreamState, error: ProsodyError | undefined): void
  reading(reading: ProsodyReading): void
}

export interface ProsodyLink {
  readonly state: ProsodyStreamState
  /** Where the stream goes; read at every try. */
  target: Pick<ProsodyStreamOptions, 'url' | 'token'>
  /** Hz of what is sent; read at every try. */
  sampleRate: number
  open(): void
  /** Leaves the connection, if there is one or one is on its way, for one to the present target. */
  move(): void
  /** Sends sound where a connection takes it; false where it was dropped. */
  sendSound(samples: Int16Array<ArrayBuffer>): boolean
  sendText(message: object): void
  close(state: 'closed' | 'idle'): void
}

/** Nobody sent it: as with the browser's own 1006. */
const SILENT = 1006
/** The gateway's limits: nothing came for long, or a connection grew too old. Another is made, and nobody is troubled. */
const LIMITS = ['session_idle', 'session_expired']
const WAITING_SOUND_MS = 1_000

export function createProsodyLink({ options, environment, timing, hooks }: ProsodyLinkOptions): ProsodyLink {
  const policy = { ...defaultReconnectPolicy, ...options.reconnect }
  let state: ProsodyStreamState = 'idle'
  let socket: SocketLike | undefined
  let address: StreamAddress | undefined
  let fault: string | undefined
  let attempt = 0
  let wasOpen = false
  let openedAt: number | undefined
  let unansweredSince: number | undefined
  // Tells what the present try began from what an abandoned one did.
  let generation = 0
  let cancelTimer = () => {}
  let unwatchNetwork = () => {}

  function become(next: ProsodyStreamState, error?: ProsodyError): void {
    if (next === state && error === undefined) return
    state = next
    hooks.changed(state, error)
  }

  function leaveSocket(): void {
    generation++
    cancelTimer()
    const left = socket
    socket = undefined
    openedAt = unansweredSince = undefined
    if (left === undefined) return
    left.onopen = left.onmessage = left.onerror = left.onclose = null
    if (left.readyState <= 1) left.close()
  }

  function end(as: 'closed' | 'failed' | 'idle', error?: ProsodyError): void {
    leaveSocket()
    unwatchNetwork()
    unwatchNetwork = () => {}
    become(as, error)
  }

  function tryNow(): void {
    leaveSocket()
    fault = undefined
    const mine = generation
    try {
      address = streamAddress({ ...options, ...link.target }, link.sampleRate)
    } catch (thrown) {
      return end('failed', thrown as ProsodyError)
    }
    if (offline()) return become('offline')
    become(wasOpen ? 'reconnecting' : 'connecting')
    const { token } = link.target
    if (typeof token !== 'function') return connect(token)
    function failed(cause: unknown): void {
      if (mine !== generation) return
      leaveSocket()
      retry(new ProsodyError('token-failed', undefined, { cause }))
    }
    const late = new Error(`No token came within ${timing.openWithinMs} ms.`)
    cancelTimer = environment.after(timing.openWithinMs, () => failed(late))
    Promise.resolve()
      .then(token)
      .then(fresh => {
        if (mine === generation) connect(fresh)
      }, failed)
  }

  function connect(token: string | undefined): void {
    if (address === undefined) return
    cancelTimer()
    try {
      socket = environment.openSocket(address.href, streamProtocols(token))
    } catch (thrown) {
      // The browser's own reasons: a mixed-content page, a forbidden port.
      const error =
        thrown instanceof ProsodyError
          ? thrown
          : new ProsodyError('bad-address', undefined, { cause: thrown })
      return end('failed', error)
    }
    socket.binaryType = 'arraybuffer'
    socket.onmessage = ({ data: content }) => receive(content)
    socket.onclose = ({ code, reason }) => lost(code, reason)
    cancelTimer = environment.after(timing.openWithinMs, () => lost(SILENT, ''))
  }

  function receive(content: unknown): void {
    unansweredSince = undefined
    const reading = readProsodyMessage(content)
    if (reading.kind === 'bad') return
    if (reading.kind === 'fault') {
      if (LIMITS.includes(reading.code)) return
      fault = reading.message || reading.code
    } else if (state !== 'open') {
      cancelTimer()
      openedAt = environment.now()
      wasOpen = true
      become('open')
    }
    hooks.reading(reading)
  }

  function lost(code: number, reason: string): void {
    const details = { closeCode: code, reason }
    const meaning = closeMeaning(code)
    if (meaning === 'ended') return end('closed')
    if (meaning === 'refused') return end('failed', refusal(code, reason, fault))
    if (openedAt !== undefined && environment.now() - openedAt >= policy.stableAfterMs) attempt = 0
    leaveSocket()
    retry(new ProsodyError(wasOpen ? 'connection-lost' : 'connect-failed', fault, { details }))
  }

  function retry(error: ProsodyError): void {
    if (offline()) return become('offline')
    if (attempt >= policy.attempts) return end('failed', error)
    const inMs = reconnectDelayMs(policy, attempt++, environment.random)
    become(wasOpen ? 'reconnecting' : 'connecting')
    cancelTimer = environment.after(inMs, tryNow)
  }

  function offline(): boolean {
    return address?.loopback !== true && !environment.network.online()
  }

  function networkChanged(): void {
    if (offline()) {
      // A socket without a network only finds out after minutes; the page already knows.
      leaveSocket()
      become('offline')
    } else if (socket === undefined) {
      attempt = 0
      tryNow()
    }
  }

  function isLive(): boolean {
    return state !== 'idle' && state !== 'closed' && state !== 'failed'
  }

  const link: ProsodyLink = {
    target: {},
    sampleRate: options.sampleRate ?? 16_000,
    get state() {
      return state
    },
    open() {
      if (isLive()) return
      attempt = 0
      wasOpen = false
      unwatchNetwork = environment.network.onChange(networkChanged)
      tryNow()
    },
    move() {
      if (!isLive()) return
      attempt = 0
      tryNow()
    },
    sendSound(samples) {
      if (socket?.readyState !== 1) return false
      if (socket.bufferedAmount > (link.sampleRate * 2 * WAITING_SOUND_MS) / 1000) return false
      const now = environment.now()
      unansweredSince ??= now
      if (now - unansweredSince > timing.answerWithinMs) {
        lost(SILENT, '')
        return false
      }
      socket.send(samples)
      return true
    },
    sendText(message) {
      if (socket?.readyState === 1) socket.send(JSON.stringify(message))
    },
    close(as) {
      end(as)
    },
  }
  return link
}

/**
 * One session over as many sockets as it takes: opens, resumes, backs off, gives up.
 * Invariant: after `closed` or `failed` nothing is sent, no timer runs and no listener is left on the page.
 */
import type { HelloInput, Ready, ServerMessage, ServerMessageOf } from '@parley/protocol'
import { ClientError } from '../client-error.js'
import { askedEncryption } from '../encryption/asked-encryption.js'
import type { Encryption } from '../encryption/encryption-types.js'
import type { Environment } from '../environment.js'
import type { VoiceClientOptions, VoiceEvents, VoiceState } from '../voice-types.js'
import { voiceAddress, voiceProtocols } from './address.js'
import {
  type Connection,
  defaultConnectionTiming,
  LEFT_TO_RESUME,
  type Loss,
  openConnection,
  type Traffic,
} from './connection.js'
import { closeMeaning, defaultReconnectPolicy, reconnectDelayMs } from './reconnect-policy.js'
import { createStanding, type Standing } from './standing.js'

export interface Link {
  readonly state: VoiceState
  readonly ready: Ready | undefined
  /** The socket while it is ready, else undefined. */
  readonly connection: Connection | undefined
  readonly traffic: Readonly<Traffic>
  readonly standing: Pick<Standing, 'role'>
  /** Begins a session unless one is there. */
  open(): void
  /** Leaves the socket and resumes the session at once on another, with a hello of its own. */
  reopen(reason: string): void
  /** The page slept: asks whether the other side is there, or tries again at once where a try waits. */
  wake(): void
  close(): void
}

export type Hello = Omit<HelloInput, 'resume' | 'join'>

export interface LinkOptions {
  readonly client: VoiceClientOptions
  /** Asked for each socket; rejects with a `ClientError` where no try makes sense. */
  readonly hello: () => Hello | Promise<Hello>
  /** What the person said of being recorded, for a conversation that begins. */
  readonly consent: () => boolean | undefined
  readonly environment: Environment
  readonly hooks: LinkHooks
}

/** What a socket begins with. */
interface Beginning {
  readonly hello: Hello
  readonly encryption?: Encryption | undefined
}

export interface LinkHooks {
  changed(change: VoiceEvents['state-changed']): void
  message(message: ServerMessage): void
  audio(bytes: ArrayBuffer): void
  roundTrip(ms: number): void
  bad(reason: string): void
  unopened(): void
  /** The socket is gone; whatever waited for an answer on it will not get one. */
  broken(error: ClientError): void
  retrying(retry: VoiceEvents['retrying']): void
  /** The last word: `closed` by either side, or failed for the given reason. */
  ended(error: ClientError): void
}

/** States in which a session is there or on its way. */
export function isLive(state: VoiceState): boolean {
  return state === 'connecting' || state === 'ready' || state === 'reconnecting'
}

export function createLink({ client, hello: askHello, consent, environment, hooks }: LinkOptions): Link {
  const policy = { ...defaultReconnectPolicy, ...client.reconnect }
  const timing = { ...defaultConnectionTiming, ...client.timing }
  const traffic: Traffic = { inBytes: 0, outBytes: 0 }
  let state: VoiceState = 'idle'
  let ready: Ready | undefined
  let connection: Connection | undefined
  const standing = createStanding(() => client.join)
  let refusal: ServerMessageOf<'error'> | undefined
  let readyAt: number | undefined
  let attempt = 0
  // Tells what the present try began from what an abandoned one did.
  let generation = 0
  // Counts from one `open` to its end, over all the tries between.
  let episode = 0
  let cancelRetry = () => {}
  let unwatchNetwork = () => {}

  function become(next: VoiceState): void {
    if (next === state) return
    const previous = state
    state = next
    hooks.changed({ state, previous })
  }

  function tryNow(): void {
    cancelRetry()
    const mine = ++generation
    const hello = askHello()
    const encryption = askedEncryption(client, environment)
    if (!(hello instanceof Promise) && encryption === undefined) return withToken({ hello }, mine)
    Promise.all([hello, encryption]).then(
      ([hello, encryption]) => {
        if (mine === generation) withToken({ hello, encryption }, mine)
      },
      thrown => {
        if (mine !== generation) return
        if (thrown instanceof ClientError && thrown.code === 'connect-failed') retry(thrown)
        else end('failed', thrown)
      },
    )
  }

  function withToken(beginning: Beginning, mine: number): void {
    const { token } = client
    if (typeof token !== 'function') return connect(beginning, token)
    Promise.resolve()
      .then(token)
      .then(
        fresh => {
          if (mine === generation) connect(beginning, fresh)
        },
        cause => {
          if (mine === generation) retry(new ClientError('connect-failed', '`token` failed.', { cause }))
        },
      )
  }

  function connect({ hello, encryption }: Beginning, token: string | undefined): void {
    refusal = undefined
    try {
      const url = voiceAddress(client.url)
      connection = openConnection({
        url,
        protocols: voiceProtocols(token),
        encryption,
        hello: helloOf(hello),
        environment,
        timing,
        traffic,
        handlers: {
          message: receive,
          audio: hooks.audio,
          roundTrip: hooks.roundTrip,
          bad: hooks.bad,
          unopened: hooks.unopened,
          refused: error => end('failed', error),
          lost(loss) {
            if (!loss.opened && attempt === 0) askWhy(url, token)
            lost(loss)
          },
        },
      })
    } catch (thrown) {
      const known = thrown instanceof ClientError
      end('failed', known ? thrown : new ClientError('bad-option', undefined, { cause: thrown }))
    }
  }

  /** A session keeps the rate at which it speaks, which a device that joined it did not choose. */
  function helloOf(hello: Hello): HelloInput {
    const beginning = standing.beginning()
    const isNew = beginning.resume === undefined && beginning.join === undefined
    const granted = isNew ? consent() : undefined
    if (granted !== undefined) return { ...hello, consent: granted }
    const rate = beginning.resume === undefined ? undefined : ready?.output.sampleRate
    if (rate === undefined || hello.output === undefined) return { ...hello, ...beginning }
    return { ...hello, output: { ...hello.output, sampleRate: rate }, ...beginning }
  }

  function receive(message: ServerMessage): void {
    if (message.type === 'ready') becomeReady(message)
    if (message.type === 'draining') standing.moves(message.resumeToken)
    if (message.type === 'role') standing.becomes(message)
    if (message.type === 'devices') standing.devices(message.devices)
    if (message.type === 'error' && message.fatal) refusal = message
    hooks.message(message)
    if (message.type === 'error' && message.fatal) refused(message.code)
  }

  /** Whose conversation is gone begins another one; who only joined one has nothing to begin. */
  function refused(code: string): void {
    const hadWay = standing.session !== undefined
    if (code === 'resume_failed' && standing.refused()) return startOver(hadWay)
    const isBack = client.join === undefined && hadWay
    if (code !== 'resume_failed' && !(code === 'not_found' && isBack)) return
    standing.forget()
    startOver(hadWay)
  }

  function becomeReady(message: Ready): void {
    ready = message
    standing.ready(message)
    readyAt = environment.now()
    become('ready')
  }

  /**
   * Where the session is gone for good, what the person said and typed goes into a new one, at once: the way back was waited
   * for already. A gateway that refuses what it was not asked, or has said `ready`, is not asked in a loop.
   */
  function startOver(hadWay: boolean): void {
    connection?.close(1000, 'starting over')
    const error = new ClientError('connection-lost')
    if (!hadWay || readyAt !== undefined || refusal?.retryAfterMs !== undefined) return dropped(error)
    connection = undefined
    hooks.broken(error)
    become(ready === undefined ? 'connecting' : 'reconnecting')
    tryNow()
  }

  /** While the next try waits: a refusal that would be repeated ends the tries. */
  function askWhy(url: string, token: string | undefined): void {
    const mine = episode
    void environment.whyRefused(url, token).then(why => {
      if (why === undefined || mine !== episode || state === 'ready') return
      connection?.close(1000, 'refused')
      end('failed', new ClientError('refused', why.message, { details: { serverCode: why.code } }))
    })
  }

  function lost({ code, reason }: Loss): void {
    const details = { closeCode: code, reason, ...(refusal ? { serverCode: refusal.code } : {}) }
    const meaning = closeMeaning(code)
    if (meaning === 'ended') end('closed', new ClientError('closed', undefined, { details }))
    else if (meaning === 'refused') {
      end('failed', new ClientError('refused', refusal?.message ?? (reason || undefined), { details }))
    } else {
      dropped(new ClientError(ready ? 'connection-lost' : 'connect-failed', undefined, { details }))
    }
  }

  function dropped(error: ClientError): void {
    connection = undefined
    hooks.broken(error)
    retry(error)
  }

  function retry(error: ClientError): void {
    if (readyAt !== undefined && environment.now() - readyAt >= policy.stableAfterMs) attempt = 0
    readyAt = undefined
    if (attempt >= policy.attempts) return end('failed', error)
    const backOffMs = reconnectDelayMs(policy, attempt, environment.random)
    const inMs = Math.max(backOffMs, refusal?.retryAfterMs ?? 0)
    attempt++
    become(ready === undefined ? 'connecting' : 'reconnecting')
    cancelRetry = environment.after(inMs, () => {
      // Without a network the try would be wasted; `networkChanged` makes it instead.
      if (environment.network.online()) tryNow()
    })
    hooks.retrying({ attempt, inMs, offline: !environment.network.online() })
  }

  function networkChanged(): void {
    const waiting = connection === undefined && isLive(state)
    if (waiting && environment.network.online()) tryNow()
  }

  function end(as: 'closed' | 'failed', error: ClientError): void {
    generation++
    episode++
    cancelRetry()
    unwatchNetwork()
    connection = undefined
    standing.forget()
    hooks.broken(error)
    become(as)
    hooks.ended(error)
  }

  return {
    traffic,
    standing,
    get state() {
      return state
    },
    get ready() {
      return ready
    },
    get connection() {
      return state === 'ready' ? connection : undefined
    },
    open() {
      if (isLive(state)) return
      ready = undefined
      attempt = 0
      unwatchNetwork = environment.network.onChange(networkChanged)
      become('connecting')
      tryNow()
    },
    reopen(reason) {
      if (connection === undefined) return
      connection.close(LEFT_TO_RESUME, reason)
      connection = undefined
      hooks.broken(new ClientError('connection-lost'))
      become(ready === undefined ? 'connecting' : 'reconnecting')
      tryNow()
    },
    wake() {
      if (connection === undefined) networkChanged()
      else connection.check()
    },
    close() {
      if (!isLive(state)) return
      connection?.send({ type: 'bye' })
      connection?.close(1000, 'bye')
      end('closed', new ClientError('closed'))
    },
  }
}

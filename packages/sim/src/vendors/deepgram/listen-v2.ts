/**
 * `/v2/listen`, Flux: one turn after another. How sure it is that a turn is over grows with the silence behind the last
 * word; that alone decides, with the thresholds of the query, when a turn ends, nearly ends and goes on.
 */

import type { SimWord } from '../sim-brains.js'
import { give } from './give.js'
import { heardSound } from './heard-sound.js'
import { inOrder } from './in-order.js'
import { decodeSound, type Encoding } from './raw-sound.js'
import { seconds } from './results.js'
import { type ClientMessage, idleWatch, readMessages, type SimSession } from './session.js'

const UPDATE_MS = 250
const DECIDE_MS = 80
/** The silence at which it is sure to 63 %, ms. */
const SURE_MS = 500

export function listenV2(session: SimSession): void {
  const { socket, temper, ids, clock, habits } = session
  const query = socket.url.searchParams
  const sound = heardSound(session.brains, Number(query.get('sample_rate')), 'en')
  const encoding = (query.get('encoding') ?? 'linear16') as Encoding
  const requestId = ids.uuid()
  const job = inOrder(socket.signal)
  const thresholds = {
    eot_threshold: Number(query.get('eot_threshold') ?? 0.7),
    eot_timeout_ms: Number(query.get('eot_timeout_ms') ?? 5_000),
    ...(query.has('eager_eot_threshold')
      ? { eager_eot_threshold: Number(query.get('eager_eot_threshold')) }
      : {}),
  }
  let keyterms = query.getAll('keyterm')
  let pace = temper.pace()
  let sequence = 0
  let turn = 0
  let connected = false
  let started = false
  let eager = false
  let updatedMs = 0
  let decidedMs = 0

  const send = (message: object) => socket.send({ ...message, sequence_id: sequence++ })
  const tell = (code: string, description: string) => send({ type: 'Error', code, description })
  const refuse = (code: string, description: string) => {
    tell(code, description)
    socket.close(1008, code)
  }

  async function turnInfo(event: string, words: readonly SimWord[], trigger?: string): Promise<boolean> {
    const confidence = sureness()
    const message = {
      type: 'TurnInfo',
      request_id: requestId,
      event,
      turn_index: turn,
      audio_window_start: seconds(sound.startMs),
      audio_window_end: seconds(sound.endMs),
      transcript: words.map(({ text }) => text).join(' '),
      words: words.map(word => ({
        word: word.text,
        confidence: 0.97,
        start: seconds(word.startMs),
        end: seconds(word.endMs),
      })),
      end_of_turn_confidence: confidence,
      ...(trigger === undefined ? {} : { trigger }),
    }
    updatedMs = sound.endMs
    return give({ socket, pace, tell }, () => send(message))
  }

  function sureness(): number {
    if (sound.onsetMs === undefined) return 0
    return Math.round((1 - Math.exp(-sound.silentMs / SURE_MS)) * 1000) / 1000
  }

  async function endTurn(words: readonly SimWord[], trigger: string): Promise<void> {
    await turnInfo('EndOfTurn', words, trigger)
    sound.settle()
    turn++
    started = false
    eager = false
    pace = temper.pace()
  }

  async function step(): Promise<void> {
    if (sound.endMs - decidedMs >= DECIDE_MS) {
      decidedMs = sound.endMs
      if (started && (await decide())) return
    }
    if (sound.endMs - updatedMs < UPDATE_MS) return
    const words = await sound.words(false)
    if (started || words.length === 0) {
      await turnInfo('Update', words)
      return
    }
    started = true
    await turnInfo('StartOfTurn', words)
  }

  /** Whether the turn was ended. */
  async function decide(): Promise<boolean> {
    const sure = sureness()
    const isOver = sure >= thresholds.eot_threshold
    if (isOver || sound.silentMs >= thresholds.eot_timeout_ms) {
      await endTurn(await sound.words(true), isOver ? 'model' : 'timeout')
      return true
    }
    if (!eager && sure >= (thresholds.eager_eot_threshold ?? 2)) {
      eager = true
      await turnInfo('EagerEndOfTurn', await sound.words(true))
    } else if (eager && sound.silentMs === 0) {
      eager = false
      await turnInfo('TurnResumed', await sound.words(false))
    }
    return false
  }

  async function forceEnd(): Promise<void> {
    const words = await sound.words(true)
    if (words.length === 0) return
    if (!started) await turnInfo('StartOfTurn', words)
    await endTurn(words, 'manual')
  }

  function configure(message: ClientMessage): void {
    if (typeof message.thresholds === 'object') Object.assign(thresholds, message.thresholds)
    if (Array.isArray(message.keyterms)) keyterms = message.keyterms.map(String)
    send({ type: 'ConfigureSuccess', request_id: requestId, thresholds, keyterms })
  }

  const idle = idleWatch(session, () => {
    tell('NET-0001', 'No audio came within the time limit.')
    socket.close(1011, 'NET-0001')
  })
  const cancel = clock.after(habits.connectedMs, () => {
    connected = true
    send({ type: 'Connected', request_id: requestId })
  })
  socket.signal.addEventListener('abort', cancel)

  readMessages(socket, {
    binary(bytes) {
      if (!connected) socket.complain('/v2/listen: sound came before Connected')
      if (bytes.length === 0) return socket.complain('/v2/listen: an empty binary frame')
      idle.touch()
      job(() => sound.push(decodeSound(bytes, encoding), step))
    },
    message(message) {
      if (message.type === 'Configure') job(async () => configure(message))
      else if (message.type === 'ForceEndTurn' && habits.takesForceEndTurn) job(forceEnd)
      else if (message.type === 'CloseStream')
        job(async () => {
          if (started) await endTurn(await sound.words(true), 'manual')
          socket.close(1000)
        })
      else {
        socket.complain(`/v2/listen: ${message.type} is not taken`)
        job(async () => refuse('UNPARSABLE_CLIENT_MESSAGE', 'The message could not be parsed.'))
      }
    },
    garbage: sentence => job(async () => refuse('UNPARSABLE_CLIENT_MESSAGE', sentence)),
  })
}

/**
 * `/v1/listen`: interims while somebody speaks, finals at pauses (`endpointing`), in long silences and on `Finalize`;
 * `SpeechStarted` and `UtteranceEnd` where they were asked for.
 */

import { give } from './give.js'
import { type HeardSound, heardSound } from './heard-sound.js'
import { inOrder } from './in-order.js'
import { decodeSound, type Encoding } from './raw-sound.js'
import { resultsMessage, seconds } from './results.js'
import { idleWatch, readMessages, type SimSession } from './session.js'

const INTERIM_MS = 300
/** The same while nobody speaks. */
const EMPTY_INTERIM_MS = 1_000
/** A silence this long is settled by an empty final. */
const SETTLE_MS = 3_000
/** A voice after a silence this long is a new start of speech. */
const NEW_SPEECH_MS = 500

export function listenV1(session: SimSession): void {
  const { socket, temper, ids } = session
  const query = socket.url.searchParams
  const encoding = (query.get('encoding') ?? 'linear16') as Encoding
  const endpointing = query.get('endpointing')
  const endpointMs = endpointing === 'false' ? Number.POSITIVE_INFINITY : Number(endpointing ?? 10)
  const utteranceEndMs = Number(query.get('utterance_end_ms') ?? Number.POSITIVE_INFINITY)
  const sound = heardSound(session.brains, Number(query.get('sample_rate')), query.get('language') ?? 'en')
  const source = {
    requestId: ids.uuid(),
    model: query.get('model') ?? '',
    modelUuid: ids.uuid(),
    smart: query.get('smart_format') === 'true' || query.get('punctuate') === 'true',
  }
  const job = inOrder(socket.signal)
  let pace = temper.pace()
  let interimAtMs = 0
  let lastVoiceMs = Number.NEGATIVE_INFINITY
  let lastWordMs: number | undefined

  const output = (send: () => void) => give({ socket, pace }, send)

  async function results(isFinal: boolean, more: { speechFinal?: boolean; fromFinalize?: boolean } = {}) {
    const words = await sound.words(isFinal)
    const { startMs, endMs } = sound
    await output(() => socket.send(resultsMessage({ startMs, endMs, words, isFinal, ...more }, source)))
    interimAtMs = endMs
    if (!isFinal) return
    lastWordMs = words.at(-1)?.endMs ?? lastWordMs
    sound.settle()
  }

  async function step(): Promise<void> {
    await tellStart(sound)
    if (sound.onsetMs !== undefined && sound.silentMs >= endpointMs)
      await results(true, { speechFinal: true })
    else if (sound.endMs - sound.startMs >= SETTLE_MS && sound.silentMs > SETTLE_MS) await results(true)
    else if (query.get('interim_results') === 'true') {
      const everyMs = sound.onsetMs === undefined ? EMPTY_INTERIM_MS : INTERIM_MS
      if (sound.endMs - interimAtMs >= everyMs) await results(false)
    }
    await tellEnd()
  }

  async function tellStart({ onsetMs, silentMs, endMs }: HeardSound): Promise<void> {
    if (onsetMs === undefined || silentMs > 0) return
    const isNew = endMs - lastVoiceMs > NEW_SPEECH_MS
    lastVoiceMs = endMs
    if (isNew && query.get('vad_events') === 'true')
      await output(() => socket.send({ type: 'SpeechStarted', channel: [0, 1], timestamp: seconds(onsetMs) }))
  }

  async function tellEnd(): Promise<void> {
    if (lastWordMs === undefined || sound.onsetMs !== undefined) return
    if (sound.endMs - lastWordMs < utteranceEndMs) return
    const lastWordEnd = seconds(lastWordMs)
    lastWordMs = undefined
    await output(() => socket.send({ type: 'UtteranceEnd', channel: [0, 1], last_word_end: lastWordEnd }))
  }

  async function finalize(): Promise<void> {
    if (session.habits.answersFinalize) await results(true, { fromFinalize: true })
    else if (sound.onsetMs !== undefined) await results(true)
    pace = temper.pace()
  }

  function closeStream(): void {
    job(async () => {
      if (sound.onsetMs !== undefined) await results(true)
      socket.send({
        type: 'Metadata',
        transaction_key: 'deprecated',
        request_id: source.requestId,
        sha256: '0'.repeat(64),
        created: '2026-01-01T00:00:00.000Z',
        duration: seconds(sound.endMs),
        channels: 1,
      })
      socket.close(1000)
    })
  }

  function refuse(code: string, sentence: string): void {
    job(async () => socket.close(1008, `${code}: ${sentence}`))
  }

  let heardAny = false
  const idle = idleWatch(session, () =>
    socket.close(1011, 'NET-0001: No audio or KeepAlive came within the time limit.'),
  )
  readMessages(socket, {
    binary(bytes) {
      if (bytes.length === 0) {
        socket.complain('/v1/listen: an empty binary frame ends the stream')
        return closeStream()
      }
      heardAny = true
      idle.touch()
      job(() => sound.push(decodeSound(bytes, encoding), step))
    },
    message({ type }) {
      if (type === 'KeepAlive') {
        // It holds only a stream that got sound before.
        if (heardAny) idle.touch()
      } else if (type === 'Finalize') job(finalize)
      else if (type === 'CloseStream') closeStream()
      else {
        socket.complain(`/v1/listen: unknown message ${type}`)
        refuse('DATA-0000', 'Unknown message.')
      }
    },
    garbage: sentence => refuse('DATA-0000', sentence),
  })
}

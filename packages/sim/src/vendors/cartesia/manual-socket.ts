/**
 * The recogniser that is told where speech ends. Texts are pieces: what is not final is the rest since the last final
 * one, and white space between finals is theirs.
 */

import { heardSound, isLoud } from '../heard-sound.js'
import type { SimSocket } from '../sim-socket.js'
import { type CartesiaWorld, errorBody, faultBody } from './cartesia-world.js'
import { sttQuery } from './stt-query.js'

/** Sound between two partials, ms. */
const PARTIAL_MS = 400
/** Silence that is kept from before speech, ms; it is cut to that when there is four times as much. */
const LEAD_MS = 500

export function manualSocket(socket: SimSocket, world: CartesiaWorld): void {
  const request_id = world.nextId()
  const query = sttQuery(socket, request_id)
  if (query === undefined) return
  const { sampleRate, language } = query
  const sound = heardSound(sampleRate)
  let pace = world.temper.pace()
  let partialAtMs = PARTIAL_MS
  let hasSpeech = false
  let finals = 0
  let isOver = false
  let work = Promise.resolve()

  function send(message: object): void {
    socket.send({ ...message, request_id })
  }

  /** Whether the next output may be given. */
  async function isDue(): Promise<boolean> {
    const fault = await pace.next(socket.signal)
    if (socket.signal.aborted || isOver) return false
    if (fault === undefined) return true
    isOver = true
    if (socket.fail(fault)) return false
    send({ type: 'error', ...faultBody(fault) })
    socket.close(fault.kind === 'expired' ? 1000 : 1011, fault.kind)
    return false
  }

  async function partial(samples: Int16Array): Promise<void> {
    if (isOver || !isLoud(samples)) return
    const { text } = await world.options.brains.hear(samples, sampleRate, language)
    if (text === '' || !(await isDue())) return
    send({ type: 'transcript', is_final: false, text, language })
  }

  async function finalise(samples: Int16Array, fromMs: number): Promise<void> {
    if (isOver || !isLoud(samples)) return
    const { text, words } = await world.options.brains.hear(samples, sampleRate, language)
    if (text === '' || !(await isDue())) return
    send({
      type: 'transcript',
      is_final: true,
      text: finals++ === 0 ? text : ` ${text}`,
      language,
      duration: samples.length / sampleRate,
      words: [
        {
          words: words.map(word => word.text),
          start: words.map(({ startMs }) => (fromMs + startMs) / 1000),
          end: words.map(({ endMs }) => (fromMs + endMs) / 1000),
        },
      ],
    })
  }

  function command(text: string): void {
    if (text !== 'finalize' && text !== 'close' && text !== 'done') {
      socket.complain(`/stt/websocket: no such command: ${text.slice(0, 40)}`)
      return send({ type: 'error', ...errorBody(400, 'unknown command') })
    }
    const { samples, fromMs } = sound
    sound.clear()
    hasSpeech = false
    partialAtMs = PARTIAL_MS
    work = work.then(async () => {
      await finalise(samples, fromMs)
      if (isOver || (text === 'finalize' && !(await isDue()))) return
      pace = world.temper.pace()
      send({ type: text === 'finalize' ? 'flush_done' : 'done' })
      if (text === 'finalize') return
      isOver = true
      socket.close(1000)
    })
  }

  socket.raw.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary) return command(data.toString('utf8'))
    if (data.length % 2 !== 0) socket.complain('/stt/websocket: half a sample')
    hasSpeech = isLoud(sound.add(data)) || hasSpeech
    if (!hasSpeech && sound.ms > 4 * LEAD_MS) sound.clear(LEAD_MS)
    if (!hasSpeech || sound.ms < partialAtMs) return
    partialAtMs = sound.ms + PARTIAL_MS
    const { samples } = sound
    work = work.then(() => partial(samples))
  })
}

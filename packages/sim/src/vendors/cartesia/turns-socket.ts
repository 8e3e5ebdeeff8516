/**
 * The recogniser that finds turns by itself, by the loudness of what it is sent and by stream time: a turn starts with
 * sound, ends eagerly after a short silence, goes on if sound comes back, and ends after a longer one.
 */

import { heardSound, isLoud } from '../heard-sound.js'
import type { SimSocket } from '../sim-socket.js'
import { type CartesiaWorld, errorBody, faultBody } from './cartesia-world.js'
import { sttQuery } from './stt-query.js'

const UPDATE_MS = 300
const EAGER_MS = 300
const END_MS = 600
/** Kept from before a turn. */
const LEAD_MS = 200

export function turnsSocket(socket: SimSocket, world: CartesiaWorld): void {
  const request_id = world.nextId()
  const query = sttQuery(socket, request_id)
  if (query === undefined) return
  const { sampleRate, language } = query
  const sound = heardSound(sampleRate)
  const pace = world.temper.pace()
  let state: 'silent' | 'turn' | 'eager' = 'silent'
  let silenceMs = 0
  let sinceUpdateMs = 0
  let isOver = false
  let work = Promise.resolve()

  /** In order, each when it is due; the text is heard when its turn comes. */
  function say(type: string, samples?: Int16Array): void {
    work = work.then(async () => {
      if (isOver) return
      const fault = await pace.next(socket.signal)
      if (socket.signal.aborted) return
      if (fault !== undefined) {
        isOver = true
        if (socket.fail(fault)) return
        socket.send({ type: 'error', ...faultBody(fault), request_id })
        return socket.close(fault.kind === 'expired' ? 1000 : 1011, fault.kind)
      }
      if (samples === undefined) return socket.send({ type, request_id })
      const { text } = await world.options.brains.hear(samples, sampleRate, language)
      socket.send({ type, request_id, transcript: text })
    })
  }

  function hear(bytes: Buffer): void {
    const more = sound.add(bytes)
    const moreMs = (more.length * 1000) / sampleRate
    if (isLoud(more)) {
      silenceMs = 0
      sinceUpdateMs += moreMs
      if (state === 'silent') say('turn.start')
      if (state === 'eager') say('turn.resume')
      state = 'turn'
      if (sinceUpdateMs < UPDATE_MS) return
      sinceUpdateMs = 0
      return say('turn.update', sound.samples)
    }
    if (state === 'silent') return sound.clear(LEAD_MS)
    silenceMs += moreMs
    if (state === 'turn' && silenceMs >= EAGER_MS) {
      state = 'eager'
      say('turn.eager_end', sound.samples)
    }
    if (silenceMs >= END_MS) endTurn()
  }

  function endTurn(): void {
    if (state === 'silent') return
    say('turn.end', sound.samples)
    sound.clear()
    state = 'silent'
    silenceMs = 0
    sinceUpdateMs = 0
  }

  function command(text: string): void {
    let fields: Record<string, unknown>
    try {
      fields = JSON.parse(text)
    } catch {
      return refuse('the message is no JSON')
    }
    socket.receive(fields)
    if (fields.type === 'close') {
      endTurn()
      work = work.then(() => {
        isOver = true
        socket.close(1000)
      })
    } else if (fields.type !== 'config') refuse('unknown command')
    else if (!isGoodConfig((fields.turn ?? {}) as Record<string, unknown>)) refuse('turn is out of range')
  }

  function refuse(sentence: string): void {
    socket.complain(`/stt/turns/websocket: ${sentence}`)
    socket.send({ type: 'error', ...errorBody(400, sentence), request_id })
  }

  say('connected')
  socket.raw.on('message', (data: Buffer, isBinary: boolean) =>
    isBinary ? hear(data) : command(data.toString('utf8')),
  )
}

const ranges: Readonly<Record<string, readonly [number, number]>> = {
  start_threshold: [0.5, 0.9],
  eager_end_threshold: [0.3, 0.6],
  end_threshold: [0.05, 0.5],
  end_timeout_ms: [640, 11_200],
}

function isGoodConfig(turn: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(turn).every(([name, value]) => {
    const range = ranges[name]
    return range !== undefined && typeof value === 'number' && value >= range[0] && value <= range[1]
  })
}

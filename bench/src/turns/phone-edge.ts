/**
 * Calls over `/v1/phone`: a simulated phone of packages/sim, whose ear is its own account. The gateway's marks name the
 * reply and the place of what follows; what it remembered is read from its API after the calls.
 */
import { systemClock } from '@parley/core'
import { type HeardFrame, PHONE_FRAME_MS, PHONE_RATE, type PhoneLine, SimPhone } from '@parley/sim'
import { WebSocket } from 'ws'
import { ECHO_DELAY_MS, mouthOf } from './background.js'
import type { Call, CallOptions, Edge } from './call.js'
import type { Bed } from './clip.js'
import type { HeardPiece } from './ear.js'
import { readRemembered } from './remembered.js'
import type { ReplyWords, Trace } from './trace.js'
import { createWaiting } from './waiting.js'

/** Longer than any ruling takes: an agent that says nothing for so long was cut, ms. */
const CUT_MS = 2_200
const FRAME = (PHONE_RATE * PHONE_FRAME_MS) / 1000

export interface PhoneEdgeOptions {
  readonly url: string
  readonly beds: readonly Bed[]
  /** Words of the agent's first reply, which this edge does not tell. */
  words(): readonly ReplyWords[]
  /** How late the phone's own beats were, ms. */
  readonly lateMs: number[]
}

export function createPhoneEdge(options: PhoneEdgeOptions): Edge {
  return {
    name: 'phone',
    rate: PHONE_RATE,
    async open(call) {
      const socket = new WebSocket(`${options.url.replace('http', 'ws')}/v1/phone`, {
        perMessageDeflate: false,
      })
      await new Promise((resolve, reject) => {
        socket.once('open', resolve)
        socket.once('error', reject)
      })
      return talk(socket, call, options)
    },
    async complete(traces) {
      const remembered = await readRemembered(options.url)
      return traces.map(trace => withMemory(trace, remembered, options.words()))
    },
  }
}

/** Sound that was sent and not played yet, with its place. */
interface Queued {
  readonly reply: string
  fromMs: number
  bytes: number
}

function talk(socket: WebSocket, options: CallOptions, { beds, lateMs }: PhoneEdgeOptions): Call {
  const mouth = mouthOf(PHONE_RATE, beds, options)
  const echoGain = options.echoDb === undefined ? undefined : 10 ** (options.echoDb / 20)
  const echo = new Float32Array(FRAME)
  const waiting = createWaiting()
  const sentAtMs: number[] = []
  const frames: Trace['frames'][number][] = []
  const clears: Trace['clears'][number][] = []
  const heard: HeardPiece[] = []
  const waitingToSound: Queued[] = []
  let next: { reply: string; placeMs: number } | undefined
  let firstReply: string | undefined

  /** The sound of one frame at the ear, with its places. */
  function hear({ atMs, soundSamples }: HeardFrame): void {
    let left = soundSamples
    for (let first = waitingToSound[0]; left > 0 && first !== undefined; first = waitingToSound[0]) {
      const bytes = Math.min(left, first.bytes)
      const startMs = atMs + ((soundSamples - left) * 1000) / PHONE_RATE
      add(heard, {
        reply: first.reply,
        fromMs: first.fromMs,
        startMs,
        durationMs: (bytes * 1000) / PHONE_RATE,
      })
      first.fromMs += (bytes * 1000) / PHONE_RATE
      first.bytes -= bytes
      left -= bytes
      if (first.bytes === 0) waitingToSound.shift()
    }
  }

  function take(text: string, atMs: number): void {
    const message = JSON.parse(text) as {
      readonly event: string
      readonly media?: { readonly payload: string }
      readonly mark?: { readonly name: string }
    }
    if (message.event === 'mark') {
      const [, reply, ms] = /^(.+):([\d.]+)#\d+$/.exec(message.mark?.name ?? '') ?? []
      if (reply !== undefined) next = { reply, placeMs: Number(ms) }
    }
    if (message.event === 'media' && next !== undefined) {
      const bytes = Buffer.from(message.media?.payload ?? '', 'base64').length
      const durationMs = (bytes * 1000) / PHONE_RATE
      firstReply ??= next.reply
      frames.push({ atMs, reply: next.reply, fromMs: next.placeMs, durationMs })
      waitingToSound.push({ reply: next.reply, fromMs: next.placeMs, bytes })
      next = { ...next, placeMs: next.placeMs + durationMs }
    }
    if (message.event === 'clear' && next !== undefined) {
      clears.push({ atMs, reply: next.reply })
      waitingToSound.length = 0
    }
  }

  const phone = new SimPhone({
    clock: systemClock,
    line: lineOf(socket, take),
    onHeard(frame) {
      const nowMs = performance.now()
      lateMs.push(nowMs - frame.atMs)
      hear(frame)
      const before = phone.heard.at(-1 - ECHO_DELAY_MS / PHONE_FRAME_MS)
      for (let i = 0; i < FRAME; i++) echo[i] = (before?.samples[i] ?? 0) * (echoGain ?? 0)
      void phone.say(mouth.next(echoGain === undefined ? undefined : echo))
      sentAtMs.push(nowMs)
      waiting.check(phone.closed !== undefined)
    },
  })
  const lastHeardMs = () => {
    const last = heard.at(-1)
    return last === undefined ? Number.NEGATIVE_INFINITY : last.startMs + last.durationMs
  }

  return {
    get audibleAtMs() {
      return heard[0]?.startMs
    },
    get lastHeardMs() {
      return lastHeardMs()
    },
    get firstOver() {
      const other = frames.at(-1)?.reply !== firstReply
      return heard.length > 0 && (other || performance.now() > lastHeardMs() + CUT_MS)
    },
    say(clip, delayMs) {
      const leadMs = Math.max(0, delayMs - clip.onsetMs)
      const first = mouth.frames * FRAME
      mouth.say(clip, leadMs)
      return first + Math.round(((leadMs + clip.onsetMs) * PHONE_RATE) / 1000)
    },
    sampleIn: delayMs => mouth.frames * FRAME + Math.round((Math.max(0, delayMs) * PHONE_RATE) / 1000),
    until: waiting.until,
    async end() {
      const endMs = performance.now()
      const first = heard.filter(({ reply }) => reply === firstReply).at(-1)
      const silentMs = first === undefined ? 0 : endMs - first.startMs - first.durationMs
      const cut = firstReply !== undefined && (silentMs > CUT_MS || frames.at(-1)?.reply !== firstReply)
      const trace: Trace = {
        sentAtMs: [...sentAtMs],
        frames: [...frames],
        clears: [...clears],
        heard: heard.map(piece => ({ ...piece })),
        ducks: [],
        messages: [],
        words: [],
        sound: [],
        // Until the gateway has been asked.
        remembered: cut ? [{ reply: firstReply ?? '', interrupted: true, heardText: '' }] : [],
        endMs,
      }
      phone.hangUp()
      const giveUp = setTimeout(() => phone.drop(), 3_000)
      await phone.ended()
      clearTimeout(giveUp)
      return trace
    },
  }
}

/** The socket as the carrier's line; `look` sees each message once the phone has dealt with it. */
function lineOf(socket: WebSocket, look: (text: string, atMs: number) => void): PhoneLine {
  socket.on('error', () => {})
  return {
    send: text => socket.send(text),
    close: code => (code === undefined ? socket.terminate() : socket.close(code)),
    onMessage: take =>
      void socket.on('message', data => {
        const text = String(data)
        const atMs = performance.now()
        take(text)
        // The phone takes it by a timer of no delay; this one is due right after.
        setTimeout(() => look(text, atMs), 0)
      }),
    onClose: take => void socket.on('close', (code, reason) => take(code, String(reason))),
  }
}

/** Joins the piece to the last where it goes on there. */
function add(pieces: HeardPiece[], piece: HeardPiece): void {
  const last = pieces.at(-1)
  const joins =
    last !== undefined &&
    last.reply === piece.reply &&
    Math.abs(last.fromMs + last.durationMs - piece.fromMs) < 0.2 &&
    Math.abs(last.startMs + last.durationMs - piece.startMs) < 1
  if (joins) pieces[pieces.length - 1] = { ...last, durationMs: last.durationMs + piece.durationMs }
  else pieces.push(piece)
}

function withMemory(
  trace: Trace,
  remembered: ReadonlyMap<string, Trace['remembered'][number]>,
  words: readonly ReplyWords[],
): Trace {
  const cut = new Set(trace.remembered.map(({ reply }) => reply))
  const first = trace.heard[0]?.reply ?? ''
  const replies = [...new Set(trace.heard.map(({ reply }) => reply))]
  return {
    ...trace,
    words: words.map(piece => ({ ...piece, reply: first })),
    remembered: replies.flatMap(reply => {
      const known = remembered.get(reply)
      // Hanging up cuts what is being said; only a silence before it tells a cut by the judge.
      return known === undefined ? [] : [{ ...known, interrupted: known.interrupted && cut.has(reply) }]
    }),
  }
}

import { type Cancel, type Clock, ParleyError } from '@parley/core'
import type { HelloInput, Ready, ServerMessage } from '@parley/protocol'
import { createLoudspeaker } from './loudspeaker.js'
import { openMicrophone } from './microphone.js'
import { createTalkBook, type TalkTurn } from './talk-book.js'
import { connectVoice, type VoiceWire } from './voice-wire.js'

/**
 * Holds one conversation with a gateway as a caller would: waits for the greeting, speaks or types, listens to the
 * answer to its end, hangs up.
 */

export const TALK_INPUT_RATE = 16_000
export const TALK_OUTPUT_RATE = 24_000

export interface SpokenUtterance {
  /** PCM16 at `TALK_INPUT_RATE`. */
  readonly samples: Int16Array
  /** Speaks into the agent's answer instead of waiting for its end. */
  readonly interrupts?: boolean
}

export interface TalkOptions {
  /** `ws://…/v1/voice`. */
  readonly url: string
  readonly token?: string | undefined
  /** Seals the conversation; the gateway has to have one of these keys, if there are any. Default: in plain text. */
  readonly gatewayKeys?: readonly string[] | undefined
  readonly clock: Clock
  /** What to say; or what to type. */
  readonly say: { readonly utterances: readonly SpokenUtterance[] } | { readonly texts: readonly string[] }
  readonly agent?: string | undefined
  readonly language?: string | undefined
  /** Longest wait for an answer once everything was said, ms. */
  readonly answerMs: number
  /** Hears every message as it comes. */
  readonly onMessage?: (message: ServerMessage) => void
}

export interface TalkResult {
  readonly session: string
  readonly ready: Ready
  readonly turns: readonly TalkTurn[]
  readonly warnings: readonly { readonly code: string; readonly message: string }[]
  /** What was heard of the agent, PCM16 at `TALK_OUTPUT_RATE`. */
  readonly audio: Int16Array
}

/** The agent may speak first; if it has not begun by then, it does not. */
const GREETING_MS = 1_000
/** Nothing more is expected after this much quiet. */
const QUIET_MS = 1_500
const LONGEST_GREETING_MS = 60_000
/** An agent that speaks is let speak for this long past the wait for an answer. */
const LONGEST_REPLY_MS = 300_000
const LOOK_MS = 100
/** Who interrupts lets the agent say this much first. */
const PATIENCE_MS = 1_200

/**
 * @throws ParleyError `timeout` when no answer came, and whatever the gateway refused with
 */
export async function talk(options: TalkOptions): Promise<TalkResult> {
  const { clock, say } = options
  const book = createTalkBook()
  const ended = deferred<never>()
  // Only whoever waits for it hears it; a call that ends well never looks.
  ended.promise.catch(() => undefined)
  const ready = deferred<Ready>()
  const hungUpOn = deferred<void>()
  let wire: VoiceWire | undefined
  const speaker = createLoudspeaker({
    clock,
    sampleRate: TALK_OUTPUT_RATE,
    report: (reply, ms) => wire?.send({ type: 'played', reply, ms }),
  })

  function take(message: ServerMessage): void {
    options.onMessage?.(message)
    book.note(message)
    if (message.type === 'ready') ready.resolve(message)
    else if (message.type === 'audio-begin') speaker.begin(message.reply, message.fromMs)
    else if (message.type === 'clear') speaker.clear(message.reply)
    else if (message.type === 'session-ended' && message.reason === 'hang-up') hungUpOn.resolve()
    else if (message.type === 'error' && message.fatal) {
      ended.reject(new ParleyError('engine_failed', `The gateway ended the call: ${message.message}`))
    }
  }

  wire = await connectVoice({
    url: options.url,
    token: options.token,
    gatewayKeys: options.gatewayKeys,
    onMessage: take,
    onAudio: samples => speaker.audio(samples),
    onClose: (code, reason) => ended.reject(hungUp(code, reason)),
  })
  wire.send(helloOf(options))
  const waiting = createWaiting(clock)
  const microphone = openMicrophone({
    clock,
    sampleRate: TALK_INPUT_RATE,
    send: samples => wire.sendAudio(samples),
  })
  async function exchange(expecting: Omit<Expecting, 'before'>): Promise<void> {
    if ('texts' in say) {
      for (const text of say.texts) {
        const before = book.asked
        wire?.send({ type: 'text', text })
        await answer({ ...expecting, before })
      }
      return
    }
    for (const [index, { samples, interrupts }] of say.utterances.entries()) {
      const before = book.asked
      if (interrupts) await agentSpeaks(expecting)
      await microphone.speak(samples)
      if (say.utterances[index + 1]?.interrupts !== true) await answer({ ...expecting, before })
    }
  }

  try {
    const conversation = async (): Promise<TalkResult> => {
      const welcome = await waiting.within(options.answerMs, ready.promise, 'The gateway did not say hello.')
      await greeting(book, waiting)
      await Promise.race([exchange({ book, waiting, answerMs: options.answerMs }), hungUpOn.promise])
      speaker.close()
      const { turns, warnings } = book
      return { session: welcome.session, ready: welcome, turns, warnings, audio: speaker.played() }
    }
    return await Promise.race([conversation(), ended.promise])
  } finally {
    waiting.stop()
    microphone.close()
    speaker.close()
    hangUp(wire)
  }
}

function helloOf({ agent, language }: TalkOptions): HelloInput {
  return {
    type: 'hello',
    version: 1,
    input: { codec: 'pcm16', sampleRate: TALK_INPUT_RATE },
    output: { codec: 'pcm16', sampleRate: TALK_OUTPUT_RATE },
    reportsPlayed: true,
    ...(agent === undefined ? {} : { agent }),
    ...(language === undefined ? {} : { language }),
  }
}

type Waiting = ReturnType<typeof createWaiting>

/** Waits that end with the call, so that nothing of it is left behind. */
function createWaiting(clock: Clock) {
  const cancels = new Set<Cancel>()
  const pause = (ms: number) =>
    new Promise<void>(resolve => {
      const cancel = clock.after(ms, () => {
        cancels.delete(cancel)
        resolve()
      })
      cancels.add(cancel)
    })
  return {
    clock,
    pause,
    async within<Value>(ms: number, promise: Promise<Value>, sentence: string): Promise<Value> {
      const late = pause(ms).then((): never => {
        throw new ParleyError('timeout', sentence)
      })
      return Promise.race([promise, late])
    },
    stop() {
      for (const cancel of cancels) cancel()
      cancels.clear()
    },
  }
}

/** Lets an agent that speaks first finish; one that has not begun in time does not, one without end is cut short. */
async function greeting(book: ReturnType<typeof createTalkBook>, waiting: Waiting): Promise<void> {
  await waiting.pause(GREETING_MS)
  const untilMs = waiting.clock.now() + LONGEST_GREETING_MS
  while (!book.quiet && waiting.clock.now() < untilMs) await waiting.pause(LOOK_MS)
}

interface Expecting {
  readonly book: ReturnType<typeof createTalkBook>
  readonly waiting: Waiting
  /** Turns there were before we spoke. */
  readonly before: number
  readonly answerMs: number
}

/** Until the agent has been heard for a while; not at all where it does not speak in time. */
async function agentSpeaks({ book, waiting, answerMs }: Omit<Expecting, 'before'>): Promise<void> {
  const untilMs = waiting.clock.now() + answerMs
  while (!book.agentSpeaks && waiting.clock.now() < untilMs) await waiting.pause(LOOK_MS)
  await waiting.pause(PATIENCE_MS)
}

/** Until all that was asked is answered and it has been quiet for a while. */
async function answer({ book, waiting, before, answerMs }: Expecting): Promise<void> {
  const { clock } = waiting
  const deadlineMs = clock.now() + answerMs
  let quietSinceMs: number | undefined
  for (;;) {
    await waiting.pause(LOOK_MS)
    const done = book.quiet && book.asked > before && book.answered === book.asked
    if (!done) quietSinceMs = undefined
    else quietSinceMs ??= clock.now()
    if (quietSinceMs !== undefined && clock.now() - quietSinceMs >= QUIET_MS) return
    const lateMs = clock.now() - deadlineMs
    if (lateMs > (book.speaking ? LONGEST_REPLY_MS : 0)) throw noAnswer(book.asked - before)
  }
}

function noAnswer(asked: number): ParleyError {
  const message =
    asked === 0
      ? 'The gateway heard no words; is there speech in the recording, and has the gateway a recogniser (`parley doctor`)?'
      : 'The gateway gave no answer in time; see its log.'
  return new ParleyError('timeout', message)
}

function hungUp(code: number, reason: string): ParleyError {
  const why = reason === '' ? `code ${code}` : reason
  return new ParleyError('engine_failed', `The gateway hung up (${why}).`)
}

function hangUp(wire: VoiceWire): void {
  wire.send({ type: 'bye' })
  wire.close()
}

function deferred<Value>() {
  let resolve: (value: Value) => void = () => undefined
  let reject: (error: Error) => void = () => undefined
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

/**
 * Amazon Transcribe streaming on this machine, over HTTP/2 with the vendor's event streams. Results of one `ResultId`
 * are revised until they are final; a segment ends after a pause, and when the input ends.
 */

import { decodeFrame, type EventFrame, frameReader } from '../aws/event-frame.js'
import { awsFaults, isWorded } from '../aws/h2-fault.js'
import { type H2Exchange, openH2Server } from '../aws/h2-server.js'
import type { SimWord } from '../sim-brains.js'
import type { SimFault, SimOptions, VendorSim } from '../vendor-sim.js'
import { readHead, type TranscribeRequest } from './transcribe-request.js'

/** A pause that ends a segment, ms. */
const SEGMENT_PAUSE_MS = 800
/** Without sound for this long a stream is ended, ms. */
const IDLE_MS = 15_000
/** Largest event of sound: a second. */
const MAX_EVENT_S = 1

export async function openTranscribeSim(options: SimOptions): Promise<VendorSim> {
  const { temper, sim } = await openH2Server(options, {
    name: 'transcribe',
    service: 'transcribe',
    onRequest: transcribe,
  })

  async function transcribe(exchange: H2Exchange): Promise<void> {
    const { path, headers, complain, refuse } = exchange
    if (path !== '/stream-transcription')
      return refuse(404, 'ResourceNotFoundException', 'No such operation.')
    const request = readHead(headers)
    if (typeof request === 'string') {
      complain(request)
      return refuse(400, 'BadRequestException', request)
    }
    exchange.begin({
      'content-type': 'application/vnd.amazon.eventstream',
      'x-amzn-transcribe-session-id': '01234567-89ab-cdef-0123-456789abcdef',
    })
    await hearing(exchange, request).catch(() => undefined)
  }

  async function hearing(exchange: H2Exchange, { sampleRate, language }: TranscribeRequest): Promise<void> {
    const { stream, signal, complain, event } = exchange
    const pace = temper.pace()
    const reader = frameReader()
    let samples = new Int16Array(0)
    let segment = 0
    let doneMs = 0
    let told = ''
    const bad = (sentence: string) => {
      complain(sentence)
      exchange.exception('BadRequestException', { Message: sentence })
    }
    const idle = () =>
      options.clock.after(IDLE_MS, () =>
        bad('Your request timed out because no new audio was received for 15 seconds.'),
      )
    let cancel = idle()
    signal.addEventListener('abort', () => cancel())

    /** False once a fault has struck. */
    async function tell(words: readonly SimWord[], isPartial: boolean): Promise<boolean> {
      if (words.length === 0) return true
      const text = words.map(each => each.text).join(' ')
      if (isPartial && text === told) return true
      const fault = await pace.next(signal)
      if (fault !== undefined) return struck(exchange, fault)
      event('TranscriptEvent', {
        Transcript: { Results: [resultOf(words, { segment, isPartial, language })] },
      })
      told = text
      if (!isPartial) {
        segment++
        doneMs = words.at(-1)?.endMs ?? doneMs
        told = ''
      }
      return true
    }

    /** Words not yet final, the segments that a pause has ended told. */
    async function listen(isEnd: boolean): Promise<boolean> {
      const heard = await options.brains.hear(samples, sampleRate, language)
      const nowMs = (samples.length * 1000) / sampleRate
      // What is spoken just now may still change.
      const whole = heard.words.filter(word => isEnd || word.endMs < nowMs - 30)
      let open: SimWord[] = []
      for (const word of whole.filter(each => each.startMs >= doneMs - 1)) {
        const last = open.at(-1)
        if (last !== undefined && word.startMs - last.endMs >= SEGMENT_PAUSE_MS) {
          if (!(await tell(open, false))) return false
          open = []
        }
        open.push(word)
      }
      const pausedMs = nowMs - (open.at(-1)?.endMs ?? nowMs)
      return tell(open, !isEnd && pausedMs < SEGMENT_PAUSE_MS)
    }

    for await (const bytes of exchange.input()) {
      for (const outer of reader.read(bytes)) {
        const sound = soundIn(outer)
        if (typeof sound === 'string') return bad(sound)
        if (sound.length === 0) continue
        cancel()
        cancel = idle()
        if (sound.length % 2 === 1 || sound.length > sampleRate * 2 * MAX_EVENT_S)
          complain(`an event of ${sound.length} bytes: it must be whole samples of at most a second`)
        samples = joined(samples, sound)
        if (!(await listen(false))) return
      }
    }
    cancel()
    if (await listen(true)) stream.end()
  }

  return sim
}

/** False: nothing follows. */
function struck(exchange: H2Exchange, fault: SimFault): false {
  if (exchange.fail(fault) || !isWorded(fault.kind)) return false
  const { name, message } = awsFaults[fault.kind]
  const named = {
    limited: 'LimitExceededException',
    failing: 'InternalFailureException',
    unauthorised: name,
    expired: 'LimitExceededException',
  }[fault.kind]
  exchange.exception(named, { Message: message })
  return false
}

/** The sound of an event: signed on the outside, an event within; a sentence, if it is neither. */
function soundIn({ headers, body }: EventFrame): Buffer | string {
  if (headers[':chunk-signature'] === undefined || headers[':date'] === undefined)
    return 'An event of the request is not signed.'
  // The end of the input is an empty event that is signed.
  if (body.length === 0) return body
  const inner = decodeFrame(body)
  if (inner.headers[':event-type'] !== 'AudioEvent')
    return `${String(inner.headers[':event-type'])} is no event of this operation.`
  return inner.body
}

function joined(samples: Int16Array, bytes: Buffer): Int16Array<ArrayBuffer> {
  const all = new Int16Array(samples.length + (bytes.length >> 1))
  all.set(samples)
  for (let at = 0; at + 1 < bytes.length; at += 2) all[samples.length + (at >> 1)] = bytes.readInt16LE(at)
  return all
}

function resultOf(
  words: readonly SimWord[],
  {
    segment,
    isPartial,
    language,
  }: { readonly segment: number; readonly isPartial: boolean; readonly language: string },
): object {
  const s = (ms: number | undefined) => Math.round(ms ?? 0) / 1000
  return {
    ResultId: `result-${segment}`,
    StartTime: s(words[0]?.startMs),
    EndTime: s(words.at(-1)?.endMs),
    IsPartial: isPartial,
    LanguageCode: language,
    Alternatives: [
      {
        Transcript: words.map(({ text }) => text).join(' '),
        Items: words.flatMap(word => itemsOf(word, s)),
      },
    ],
  }
}

/** Marks at the end of a word are items of their own. */
function itemsOf({ text, startMs, endMs }: SimWord, s: (ms: number) => number): object[] {
  const [, word = text, mark = ''] = /^(.*?)([.,!?]?)$/s.exec(text) ?? []
  const spoken = {
    StartTime: s(startMs),
    EndTime: s(endMs),
    Type: 'pronunciation',
    Content: word,
    Confidence: 0.9,
  }
  const punctuation = { StartTime: s(endMs), EndTime: s(endMs), Type: 'punctuation', Content: mark }
  return mark === '' ? [spoken] : word === '' ? [punctuation] : [spoken, punctuation]
}

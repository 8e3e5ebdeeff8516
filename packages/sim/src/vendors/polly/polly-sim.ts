/** Amazon Polly on this machine: `SynthesizeSpeech` with sound or speech marks, and `StartSpeechSynthesisStream`. */

import { decodeFrame, frameReader } from '../aws/event-frame.js'
import { awsFaults, isWorded } from '../aws/h2-fault.js'
import { type H2Exchange, openH2Server } from '../aws/h2-server.js'
import type { SimSpeech } from '../sim-brains.js'
import type { SimFault, SimOptions, VendorSim } from '../vendor-sim.js'
import { speechMarks } from './speech-marks.js'
import { readOrder, type SpeechOrder } from './speech-request.js'

const CHUNK_MS = 100

export async function openPollySim(options: SimOptions): Promise<VendorSim> {
  const { temper, sim } = await openH2Server(options, {
    name: 'polly',
    service: 'polly',
    async onRequest(exchange) {
      if (exchange.path === '/v1/speech') return speech(exchange)
      if (exchange.path === '/v1/synthesisStream') return stream(exchange).catch(() => undefined)
      exchange.complain(`${exchange.path} is no operation of this service`)
      exchange.refuse(404, 'UnknownOperationException', 'No such operation.')
    },
  })

  async function speech(exchange: H2Exchange): Promise<void> {
    const request = jsonOf(await exchange.body())
    exchange.receive(request)
    const order = readOrder(request)
    if ('name' in order) {
      exchange.complain(order.message)
      return exchange.refuse(400, order.name, order.message)
    }
    const made = await options.brains.speak(order.spoken, order.sampleRate, order.language)
    const pace = temper.pace()
    const bodies = order.isMarks ? [marksOf(order, made)] : chunksOf(made.samples, order.sampleRate)
    for (const body of bodies) {
      // Marks come at once: what the behaviour says is meant for the sound.
      const fault = order.isMarks ? undefined : await pace.next(exchange.signal)
      if (fault !== undefined && exchange.fail(fault)) return
      // In the middle of an answer HTTP has no words.
      if (fault !== undefined) return exchange.stream.close(2)
      exchange.begin({
        'content-type': order.isMarks ? 'application/x-json-stream' : 'audio/pcm',
        'x-amzn-requestcharacters': String(order.characters),
      })
      if (exchange.signal.aborted) return
      exchange.stream.write(body)
    }
    exchange.begin({ 'content-type': 'audio/pcm', 'x-amzn-requestcharacters': String(order.characters) })
    if (!exchange.signal.aborted) exchange.stream.end()
  }

  async function stream(exchange: H2Exchange): Promise<void> {
    const head = (name: string) => exchange.headers[`x-amzn-${name}`]?.toString()
    const refused = (message: string) => {
      exchange.complain(message)
      return exchange.refuse(400, 'ValidationException', message)
    }
    if (head('engine') !== 'generative') return refused('Only the engine generative can be streamed to.')
    const sampleRate = Number(head('samplerate') ?? 16_000)
    if (head('outputformat') !== 'pcm' || ![8_000, 16_000].includes(sampleRate))
      return refused('Only pcm at 8000 or 16000 Hz is simulated.')
    exchange.begin({ 'content-type': 'application/vnd.amazon.eventstream' })
    const pace = temper.pace()
    const reader = frameReader()
    let characters = 0
    for await (const bytes of exchange.input()) {
      for (const outer of reader.read(bytes)) {
        if (outer.headers[':chunk-signature'] === undefined) exchange.complain('An event is not signed.')
        if (outer.body.length === 0) continue
        const inner = decodeFrame(outer.body)
        const content = jsonOf(inner.body)
        exchange.receive({ [String(inner.headers[':event-type'])]: content })
        if (inner.headers[':event-type'] !== 'TextEvent') continue
        const text = String(content.Text)
        characters += [...text].length
        const made = await options.brains.speak(text, sampleRate, head('languagecode') ?? 'en-US')
        for (const chunk of chunksOf(made.samples, sampleRate)) {
          const fault = await pace.next(exchange.signal)
          if (fault !== undefined) return struck(exchange, fault)
          exchange.event('AudioEvent', chunk)
        }
      }
    }
    exchange.event('StreamClosedEvent', { RequestCharacters: characters })
    exchange.stream.end()
  }

  return sim
}

function struck(exchange: H2Exchange, fault: SimFault): void {
  if (exchange.fail(fault) || !isWorded(fault.kind)) return
  const { name, message } = awsFaults[fault.kind]
  if (fault.kind === 'failing') exchange.exception('ServiceFailureException', { message })
  else if (fault.kind === 'limited')
    exchange.exception('ThrottlingException', { message, throttlingReasons: [] })
  else if (fault.kind === 'expired')
    exchange.exception('ServiceQuotaExceededException', {
      message,
      quotaCode: 'input-stream-timeout',
      serviceCode: 'polly',
    })
  else exchange.exception(name, { message })
}

function jsonOf(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return {}
  }
}

function marksOf({ text, markTypes }: SpeechOrder, { words }: SimSpeech): Buffer {
  return Buffer.from(
    speechMarks(text, words, markTypes)
      .map(mark => `${JSON.stringify(mark)}\n`)
      .join(''),
  )
}

function chunksOf(samples: Int16Array, sampleRate: number): Buffer[] {
  const size = (sampleRate * CHUNK_MS) / 1000
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, index) => {
    const chunk = samples.subarray(index * size, (index + 1) * size)
    return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  })
}

/** The vendor's own client for tests of the simulated Live server, under a clock that runs only while it is waited for. */

import OpenAI from 'openai-live-sdk'
import type { ClientEvent, ServerEvent } from 'openai-live-sdk/resources/live/live'
import { LiveWS } from 'openai-live-sdk/resources/live/ws'
import { seededRandom } from '../../random.js'
import { VirtualClock } from '../../virtual-clock.js'
import { codedBrains } from '../coded-brains.js'
import { codeSpeech, readSpeech } from '../coded-speech.js'
import { schemaCheck } from '../openai-realtime/realtime-client.test-kit.js'
import type { VendorSim } from '../vendor-sim.js'
import { type LiveSimOptions, openOpenAiLiveSim } from './live-sim.js'
import { decodeSound, encodeSound } from './session-config.js'

const pcm = { type: 'audio/pcm', rate: 24_000 } as const

export interface LiveClient {
  readonly sim: VendorSim
  readonly clock: VirtualClock
  readonly events: ServerEvent[]
  readonly live: LiveWS
  /** Code of the close, once there is one. */
  closed(): number | undefined
  send(event: ClientEvent): void
  /** Sends a text as sound, with silence behind it. */
  say(text: string, silenceMs?: number): void
  /** The next event of this type that passes; time goes on until it comes. */
  next<Type extends ServerEvent['type']>(
    type: Type,
    test?: (event: Extract<ServerEvent, { type: Type }>) => boolean,
  ): Promise<Extract<ServerEvent, { type: Type }>>
  /** Time goes on until this holds. */
  until(holds: () => boolean): Promise<void>
  /** The words in the sound that came so far. */
  soundText(): string
  close(): Promise<void>
}

export async function liveClient(options: Partial<LiveSimOptions> = {}): Promise<LiveClient> {
  const clock = new VirtualClock()
  const sim = await openOpenAiLiveSim({
    clock,
    random: seededRandom(1),
    brains: codedBrains(),
    keys: ['sk-test'],
    epochMs: () => clock.now(),
    ...options,
  })
  const live = new LiveWS(new OpenAI({ apiKey: 'sk-test', baseURL: sim.baseUrl }))
  const events: ServerEvent[] = []
  let taken = 0
  let code: number | undefined
  live.on('event', event => void events.push(event as ServerEvent))
  live.on('error', () => {})
  live.on('close', given => {
    code = given
  })

  async function until(holds: () => boolean): Promise<void> {
    while (!holds()) await clock.advance(20)
  }

  return {
    sim,
    clock,
    events,
    live,
    closed: () => code,
    send: event => live.send(event),
    say(text, silenceMs = 600) {
      const { samples } = codeSpeech(text, 24_000)
      const padded = new Int16Array(samples.length + silenceMs * 24)
      padded.set(samples)
      for (let at = 0; at < padded.length; at += 1_200)
        live.send({
          type: 'session.input_audio.append',
          audio: encodeSound(padded.subarray(at, at + 1_200), pcm),
        })
    },
    async next(type, test = () => true) {
      let found: ServerEvent | undefined
      await until(() => {
        while (found === undefined && taken < events.length) {
          const event = events[taken++] as ServerEvent
          if (event.type === type && test(event as never)) found = event
        }
        return found !== undefined
      })
      return found as never
    },
    until,
    soundText() {
      const pieces = events.flatMap(event =>
        event.type === 'session.output_audio.delta' ? [...(decodeSound(event.delta, pcm) ?? [])] : [],
      )
      return readSpeech(Int16Array.from(pieces), 24_000).text
    },
    async close() {
      live.close()
      await sim.close()
    },
  }
}

export const strictServerEvent = schemaCheck('live.strict.schema.json', 'ServerEvent')
export const strictClientEvent = schemaCheck('live.strict.schema.json', 'ClientEvent')

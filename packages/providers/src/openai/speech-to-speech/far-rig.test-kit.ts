/** A far conversation with the simulated vendor, as tests of the adapter use it. */

import type {
  FarAsk,
  FarEvent,
  FarSession,
  FarSessionOptions,
  SpeechToSpeech,
  ToolDefinition,
} from '@parley/core'
import { codeSpeech, readSpeech } from '@parley/sim'
import { eventually } from '../../wire/vendor-rig.test-kit.js'

export type Of<Kind extends FarEvent['kind']> = FarEvent & { readonly kind: Kind }

export interface FarRig {
  readonly session: FarSession
  readonly events: FarEvent[]
  readonly rate: number
  of<Kind extends FarEvent['kind']>(kind: Kind): Of<Kind>[]
  /** Resolves with the `count`th event of this kind. */
  until<Kind extends FarEvent['kind']>(kind: Kind, count?: number): Promise<Of<Kind>>
  /** In frames of 20 ms. */
  hear(samples: Int16Array): void
  speak(text: string): void
  silence(ms: number): void
  /** A typed message of the caller's, and what answers it. */
  ask(id: string, text: string, more?: Partial<FarAsk>): void
  /** The words in the sound of an answer. */
  heard(ask: string): string
  /** The words told with it. */
  words(ask: string): string
  /** Resolves with the end of this answer. */
  done(ask: string): Promise<Of<'response-done'>>
}

export function farRig(
  model: SpeechToSpeech,
  asked: Partial<FarSessionOptions> & Pick<FarSessionOptions, 'clock'>,
): FarRig {
  const events: FarEvent[] = []
  const rate = asked.rate ?? 24_000
  const session = model.open({
    instructions: 'be brief',
    tools: [],
    turns: { by: 'gateway' },
    language: 'en',
    rate,
    transcribes: true,
    onEvent: event => void events.push(event),
    ...asked,
  })
  const of = <Kind extends FarEvent['kind']>(kind: Kind) =>
    events.filter(event => event.kind === kind) as Of<Kind>[]
  const hear = (samples: Int16Array) => {
    for (let at = 0; at < samples.length; at += rate / 50) session.hear(samples.slice(at, at + rate / 50))
  }
  return {
    session,
    events,
    rate,
    of,
    async until(kind, count = 1) {
      await eventually(() => of(kind).length >= count)
      return of(kind)[count - 1] as Of<typeof kind>
    },
    hear,
    speak: text => hear(codeSpeech(text, rate).samples),
    silence: ms => hear(new Int16Array((rate * ms) / 1000)),
    ask(id, text, more = {}) {
      session.add({ kind: 'message', id: `item-${id}`, role: 'user', text })
      session.respond({ id, ...more })
    },
    heard(ask) {
      const pieces = of('audio').filter(event => event.ask === ask)
      return readSpeech(Int16Array.from(pieces.flatMap(({ samples }) => [...samples])), rate).text
    },
    words: ask =>
      of('words')
        .filter(event => event.ask === ask)
        .map(({ text }) => text)
        .join(''),
    async done(ask) {
      const found = () => of('response-done').find(event => event.ask === ask)
      await eventually(() => found() !== undefined)
      return found() as Of<'response-done'>
    },
  }
}

export const priceTool: ToolDefinition = {
  name: 'get_price',
  description: 'The price of a thing.',
  parameters: { type: 'object', properties: { of: { type: 'string' } } },
}

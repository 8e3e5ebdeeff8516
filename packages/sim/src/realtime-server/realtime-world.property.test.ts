import { loadResampling } from '@parley/audio'
import type { Session } from '@parley/core'
import { createRealtimePeer, defaultRealtimeLimits, type RealtimePeer } from '@parley/transports'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../random.js'
import { codeSpeech } from '../vendors/coded-speech.js'
import { encodeAudio } from '../vendors/openai-realtime/audio-format.js'
import { asTyped, type Event, schemaCheck } from '../vendors/openai-realtime/realtime-client.test-kit.js'
import { VirtualClock } from '../virtual-clock.js'
import { codedSession } from './coded-session.test-kit.js'

const strict = schemaCheck('realtime.strict.schema.json', 'ServerEvent')
const resampling = await loadResampling()

const act = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('speak' as const), words: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3_000 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('turns' as const),
      detection: fc.constantFrom(
        null,
        { type: 'server_vad' },
        { type: 'server_vad', create_response: false },
        { type: 'server_vad', interrupt_response: false },
        { type: 'server_vad', idle_timeout_ms: 1_000 },
        { type: 'semantic_vad' },
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('type' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      response: fc.constantFrom({}, { output_modalities: ['text'] }, { conversation: 'none' }, { input: [] }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('cancel' as const, 'commit' as const, 'clear' as const) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('truncate' as const),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('delete' as const, 'retrieve' as const), at: fc.nat(20) }),
  },
)
type Act = typeof act extends fc.Arbitrary<infer Made> ? Made : never

class World {
  readonly clock = new VirtualClock()
  readonly events: Event[] = []
  readonly faults: string[] = []
  readonly closings: unknown[] = []
  session: Session | undefined
  readonly peer: RealtimePeer

  constructor() {
    const { clock } = this
    this.peer = createRealtimePeer({
      principal: { tenant: 'acme', subject: 'ann' },
      host: {
        open: async request => {
          const think = ({
            text,
            history,
          }: {
            readonly text: string
            readonly history: readonly unknown[]
          }) =>
            history.length % 3 === 2 ? [`well ${text}`, { name: 'look', arguments: {} }] : `you said ${text}`
          const session = codedSession({
            request,
            clock,
            resampling,
            turns: [],
            tap: () => {},
            think,
            paceMs: 30,
          })
          this.session = session
          await session.start(request.transport)
          return { session: 'ses', agent: 'a', language: 'en', recogniser: 'coded', voice: 'coded' }
        },
      },
      clock,
      epochMs: () => 1_795_000_000_000,
      random: seededRandom(5),
      resampling,
      limits: defaultRealtimeLimits,
      log: { info: () => {}, warn: (facts, message) => this.faults.push(message + JSON.stringify(facts)) },
      query: { model: 'm' },
      send: text => {
        const event = JSON.parse(text) as Event
        this.events.push(event)
        const fault = strict(asTyped(event))
        if (fault !== '') this.faults.push(`${fault} ${text.slice(0, 300)}`)
      },
      backlogBytes: () => 0,
      rttMs: () => 40,
      end: closing => this.closings.push(closing),
    })
  }

  send(event: object): void {
    this.peer.receive(JSON.stringify(event))
  }

  async do(act: Act): Promise<void> {
    const items = this.events.filter(({ type }) => type === 'conversation.item.added').map(({ item }) => item)
    switch (act.kind) {
      case 'speak':
        return this.speak(Array.from({ length: act.words }, (_, index) => `w${index}`).join(' '))
      case 'wait':
        return this.silence(act.ms)
      case 'turns':
        return this.send({
          type: 'session.update',
          session: { type: 'realtime', audio: { input: { turn_detection: act.detection } } },
        })
      case 'type': {
        const content = [{ type: 'input_text', text: 'typed' }]
        return this.send({
          type: 'conversation.item.create',
          item: { type: 'message', role: 'user', content },
        })
      }
      case 'answer':
        return this.send({ type: 'response.create', response: act.response })
      case 'cancel':
        return this.send({ type: 'response.cancel' })
      case 'commit':
      case 'clear':
        return this.send({ type: `input_audio_buffer.${act.kind}` })
      case 'truncate': {
        const said = items.findLast(({ role }) => role === 'assistant')
        const audio_end_ms = Math.floor(act.share * 1_000)
        return this.send({
          type: 'conversation.item.truncate',
          item_id: said?.id,
          content_index: 0,
          audio_end_ms,
        })
      }
      default:
        return this.send({
          type: `conversation.item.${act.kind}`,
          item_id: items[act.at % (items.length || 1)]?.id,
        })
    }
  }

  async speak(text: string): Promise<void> {
    const { samples } = codeSpeech(text, 24_000)
    for (let at = 0; at < samples.length; at += 2_400) await this.#append(samples.subarray(at, at + 2_400))
  }

  async silence(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 100) await this.#append(new Int16Array(Math.min(100, left) * 24))
  }

  async #append(samples: Int16Array): Promise<void> {
    this.send({
      type: 'input_audio_buffer.append',
      audio: encodeAudio(samples, { type: 'audio/pcm', rate: 24_000 }),
    })
    await this.clock.advance(samples.length / 24)
  }
}

/** What no client can live without. */
function problemsOf(events: readonly Event[]): string[] {
  const problems: string[] = []
  const open = new Map<string, Event>()
  const items = new Set<string>()
  const started = new Set<string>()
  const deleted = new Set<string>()
  const check = (fine: boolean, problem: string) => void (fine || problems.push(problem))
  for (const event of events) {
    const { type, response, response_id: id, item } = event
    if (type === 'response.created') {
      const isWithin = response.conversation_id !== null
      check(
        !isWithin || ![...open.values()].some(each => each.conversation_id !== null),
        'two responses at once',
      )
      open.set(response.id, response)
    } else if (type === 'response.done') {
      check(open.delete(response.id), `done without created: ${response.id}`)
      check(typeof response.usage?.total_tokens === 'number', 'no usage')
    } else if (type.startsWith('response.')) check(open.has(id), `${type} outside of its response`)
    if (type === 'conversation.item.added') {
      const { previous_item_id: previous } = event
      check(!items.has(item.id), `item twice: ${item.id}`)
      check(previous === null || items.has(previous), `unknown previous item: ${previous}`)
      items.add(item.id)
    }
    if (type === 'conversation.item.deleted') deleted.add(event.item_id)
    else if (type.startsWith('conversation.item.'))
      check(!deleted.has(item?.id ?? event.item_id), `${type} of an item that was deleted`)
    if (type === 'conversation.item.done') check(items.has(item.id), 'item done before it was added')
    if (type === 'input_audio_buffer.speech_started') started.add(event.item_id)
    if (type === 'input_audio_buffer.speech_stopped')
      check(started.delete(event.item_id), 'speech stopped that had not started')
    if (type === 'input_audio_buffer.committed') check(!items.has(event.item_id), 'committed twice')
  }
  check(open.size === 0, `${open.size} responses never done`)
  return problems
}

describe('any conversation of a Realtime client', () => {
  it('is told in whole, lawful events, and can always go on', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 14 }), async acts => {
        const world = new World()
        for (const each of acts) await world.do(each)
        const turn_detection = {
          type: 'server_vad',
          create_response: true,
          interrupt_response: true,
          idle_timeout_ms: null,
        }
        world.send({
          type: 'session.update',
          session: { type: 'realtime', audio: { input: { turn_detection } } },
        })
        await world.silence(8_000)
        expect(problemsOf(world.events)).toEqual([])
        const from = world.events.length
        await world.speak('still there')
        await world.silence(6_000)
        const done = world.events.slice(from).filter(({ type }) => type === 'response.done')
        expect(done.at(-1)?.response.status).toBe('completed')
        expect(problemsOf(world.events)).toEqual([])
        expect(world.faults).toEqual([])
        expect(world.closings).toEqual([])
        world.peer.gone('client')
        await Promise.all([world.session?.ending, world.clock.advance(10_000)])
      }),
      { numRuns: 60 },
    )
  })
})

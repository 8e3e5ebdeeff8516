import { type FarEvent, ParleyError, type SpeechToSpeech } from '@parley/core'
import { expect, it } from 'vitest'
import { createHandClock } from '../testing/hand-clock.js'
import { meterRealtime } from './meter-realtime.js'

function bench() {
  const clock = createHandClock()
  const told: unknown[] = []
  const watcher = {
    firstOutput: (ms: number) => told.push(['first', ms]),
    used: (what: object) => told.push(['used', what]),
    failed: ({ code }: ParleyError) => told.push(['failed', code]),
  }
  let give: (event: FarEvent) => void = () => {}
  const nothing = () => {}
  const far = { hear: nothing, forgetSound: nothing, commit: nothing, add: nothing, remove: nothing }
  const model: SpeechToSpeech = {
    name: 'inner',
    model: 'm',
    rateFor: () => 24_000,
    open({ onEvent }) {
      give = onEvent
      return { ...far, truncate: nothing, respond: nothing, cancel: nothing, change: nothing, close: nothing }
    },
  }
  const events: FarEvent[] = []
  const session = meterRealtime(model, { name: 'acme', clock, watcher }).open({
    clock,
    language: 'en',
    rate: 24_000,
    transcribes: true,
    instructions: '',
    tools: [],
    turns: { by: 'gateway' },
    onEvent: event => events.push(event),
  })
  return { clock, told, events, session, give: (event: FarEvent) => give(event) }
}

it('counts from the request to the first sound, and sound and tokens when the answer is over', async () => {
  const { clock, told, events, session, give } = bench()
  for (let frame = 0; frame < 50; frame += 1) session.hear(new Int16Array(480))
  session.respond({ id: 'a' })
  await clock.advance(140)
  const samples = new Int16Array(480)
  give({ kind: 'audio', ask: 'a', item: 'i', samples })
  give({ kind: 'audio', ask: 'a', item: 'i', samples })
  const usage = { inputTokens: 9, outputTokens: 4, cachedTokens: 2 }
  give({ kind: 'response-done', ask: 'a', outcome: 'complete', usage })
  expect(told).toEqual([
    ['first', 140],
    ['used', { audioMs: 1_000 }],
    ['used', usage],
  ])
  expect(events.length).toBe(3)
})

it('counts failures of answers and of the session, and the sound nobody answered', () => {
  const { told, session, give } = bench()
  const error = new ParleyError('provider_limited')
  session.respond({ id: 'a' })
  give({ kind: 'response-done', ask: 'a', outcome: 'failed', error })
  session.respond({ id: 'b' })
  give({ kind: 'response-done', ask: 'b', outcome: 'cancelled' })
  session.hear(new Int16Array(2_400))
  session.close()
  give({ kind: 'lost', error: new ParleyError('provider_unreachable') })
  expect(told).toEqual([
    ['failed', 'provider_limited'],
    ['used', { audioMs: 100 }],
    ['failed', 'provider_unreachable'],
  ])
})

/** Conversations of the last days, put into a data folder as a gateway would have stored them. */

import { join } from 'node:path'
import {
  type DurableEvent,
  isDurable,
  ledgerMarks,
  type SessionEvent,
  type SessionId,
  systemClock,
  type UsageLine,
} from '@parley/core'
import { openStore } from '@parley/platform'

export interface PastOptions {
  readonly count: number
  /** Epoch ms; the newest are of this day. */
  readonly untilMs: number
  readonly tenant?: string
}

const silent = { info() {}, warn() {}, error() {} }
const agents = ['clinic', 'taxi', 'clinic', 'shop'] as const
const edges = ['voice-ws', 'phone', 'voice-ws', 'webrtc', 'socketio'] as const
const ends = ['client', 'client', 'hang-up', 'idle', 'client', 'lost'] as const
const providers = [
  {
    stt: { provider: 'deepgram', model: 'nova' },
    llm: { provider: 'openai', model: 'small' },
    tts: { provider: 'cartesia' },
  },
  {
    stt: { provider: 'openai', model: 'listen' },
    llm: { provider: 'anthropic', model: 'quick' },
    tts: { provider: 'elevenlabs', model: 'flash' },
  },
] as const

/** The same for the same numbers. The folder must not be in use. */
export async function storePast(
  dataDir: string,
  { count, untilMs, tenant = 'local' }: PastOptions,
): Promise<void> {
  const store = await openStore({
    dataDir: join(dataDir, 'data'),
    ...{ clock: systemClock, log: silent, migrate: true },
  })
  try {
    for (let first = 0; first < count; first += 100) {
      const numbers = Array.from({ length: Math.min(100, count - first) }, (_, i) => first + i)
      await Promise.all(
        numbers.map(async number => {
          const id = `ses_past_${number}` as SessionId
          const day = Math.floor((number * number * 7) % 290) / 10
          const startedAtMs = Math.round(untilMs - (0.05 + day) * 86_400_000)
          const maker = providers[number % 3 === 0 ? 1 : 0]
          await store.beginSession({
            ...{ id, tenant, startedAtMs, language: number % 4 === 0 ? 'es' : 'en' },
            agent: agents[number % agents.length] ?? 'clinic',
            edge: edges[number % edges.length] ?? 'phone',
            ...(maker === undefined ? {} : { providers: maker }),
            // Every fourth is from before it was counted.
            ...(number % 4 === 3 ? {} : { keepsUsage: true as const }),
          })
          if (number % 4 !== 3) await store.writeUsage(id, { run: 'past', lines: usageOf(number) })
          const events = eventsOf(number)
          store.appendEvents(
            id,
            events.map((event, seq) => ({ seq, event })),
          )
          await Promise.all(
            events
              .filter((event): event is DurableEvent => isDurable(event))
              .map(event => store.write(id, event)),
          )
          const lastMs = events.reduce((last, { atMs }) => Math.max(last, atMs), 4_000)
          const endedAtMs = startedAtMs + lastMs + (number % 6 === 3 ? 30_000 : 1_500)
          await store.endSession({ id, reason: ends[number % ends.length] ?? 'client', endedAtMs })
        }),
      )
      await store.flush()
    }
  } finally {
    await store.close()
  }
}

function usageOf(number: number): readonly UsageLine[] {
  const { stt, llm, tts } = number % 3 === 0 ? providers[1] : providers[0]
  const nothing = { audioMs: 0, characters: 0, inputTokens: 0, outputTokens: 0, cachedTokens: 0 }
  const turns = 1 + ((number * 5) % 7)
  const counts = { wasted: nothing, requests: turns, uncounted: 0 }
  const tokens = { inputTokens: 700 * turns, outputTokens: 45 * turns, cachedTokens: 200 * turns }
  return [
    { slot: 'stt', ...stt, ...counts, used: { ...nothing, audioMs: 11_000 * turns } },
    {
      ...{ slot: 'llm', ...llm, ...counts, used: { ...nothing, ...tokens }, uncounted: number % 2 },
      wasted: { ...nothing, inputTokens: 300, outputTokens: 12 },
    },
    { slot: 'tts', ...tts, ...counts, used: { ...nothing, characters: 30 * turns } },
  ]
}

const texts = ['I would like an appointment', 'Tomorrow at nine, please', 'How much is it?', 'Thank you']

function eventsOf(number: number): SessionEvent[] {
  const turns = number % 11 === 0 ? 0 : 1 + ((number * 5) % 7)
  const events: unknown[] = []
  for (let index = 0; index < turns; index += 1) {
    const [turn, reply] = [`t_${index}`, `r_${index}`]
    const startMs = 1_000 + index * 11_000
    const endMs = startMs + 900 + ((number * 131 + index * 977) % 2_400)
    const slow = (number * 37 + index * 101) % 23 === 0 ? 1_900 : 0
    const stages = ledgerMarks.slice(1).flatMap((stage, place) => {
      if (stage === 'decision' || (stage === 'context' && number % 2 === 0)) return []
      const durationMs = 12 + ((number * (place + 3) * 17 + index * 29) % (40 + place * 22))
      return [{ stage, durationMs: durationMs + (stage === 'first-token' ? slow + 60 : 0) }]
    })
    let atMs = 0
    const line = stages.map(each => {
      const startsMs = atMs
      atMs += each.durationMs
      return { ...each, startMs: startsMs }
    })
    const interrupted = (number + index * 2) % 6 === 0
    const heardMs = interrupted
      ? 300 + ((number * 211) % 5_200)
      : 4_200 + ((number * 97 + index * 513) % 2_300)
    const heardAtMs = endMs + atMs
    const ledger = {
      totalMs: atMs,
      stages: line,
      unattributedMs: 0,
      heardSource: index % 2 ? 'reported' : 'estimated',
    }
    const heard = {
      reply,
      ms: heardMs,
      text: 'Certainly.',
      complete: !interrupted,
      source: 'reported',
      errorMs: 10,
    }
    events.push(
      {
        kind: 'turn-committed',
        atMs: endMs + 300,
        turn,
        endpoint: { ms: 260 + ((number * 53) % 900), complete: 0.7, reasons: [] },
      },
      {
        kind: 'transcript-final',
        atMs: endMs + 320,
        turn,
        text: texts[index % texts.length],
        origin: 'speech',
        startMs,
        endMs,
      },
      {
        kind: 'reply-made',
        atMs: heardAtMs,
        turn,
        reply,
        inputTokens: number % 3 === 0 ? 0 : 640 + index * 90,
        outputTokens: number % 3 === 0 ? 0 : 45,
      },
      { kind: 'ledger', atMs: heardAtMs, turn, reply, ledger },
      {
        kind: 'reply-ended',
        atMs: heardAtMs + heardMs,
        turn,
        reply,
        said: 'Certainly. What day suits you?',
        heard,
        interrupted,
      },
    )
    if (interrupted)
      events.push(
        { kind: 'ducked', atMs: heardAtMs, reply, afterOnsetMs: 20 + (number % 50) },
        {
          kind: 'judged',
          atMs: heardAtMs,
          reply,
          ruling: 'claim',
          afterOnsetMs: 180 + ((number * 7) % 260),
          reasons: [],
        },
      )
    if ((number + index) % 5 === 1)
      events.push({
        kind: 'judged',
        atMs: heardAtMs,
        reply,
        ruling: index % 2 ? 'pass' : 'hold',
        afterOnsetMs: 90 + ((number * 13) % 300),
        reasons: [],
      })
    if ((number + index) % 4 === 0) {
      events.push({ kind: 'reply-prepared', atMs: endMs, turn, reply: `p_${index}` })
      if (index % 2 === 0)
        events.push({
          kind: 'reply-discarded',
          atMs: endMs,
          turn,
          reply: `p_${index}`,
          audioMs: 400,
          words: 6,
          inputTokens: 300,
          outputTokens: 12,
        })
    }
    if ((number + index) % 17 === 0) events.push({ kind: 'turn-reopened', atMs: endMs, turn })
    if (number % 9 === 0 && index === 0)
      events.push({
        kind: 'tool-called',
        atMs: endMs,
        turn,
        reply,
        call: { id: 'c', name: 'open-calendar', arguments: {} },
      })
  }
  // Every part of an event was made above.
  return events as SessionEvent[]
}

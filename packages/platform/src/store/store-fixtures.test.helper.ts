import type { Clock, DurableEvent, LatencyLedger, ReplyId, SessionId, TurnId, UsageLine } from '@parley/core'
import type { NewSession, StoreLog } from './store.js'

/** Things the store's tests share: ids, events, a log that remembers, a clock moved by hand. */

export const sessionId = (text: string) => text as SessionId
export const turnId = (text: string) => text as TurnId
export const replyId = (text: string) => text as ReplyId

export const ledger: LatencyLedger = {
  totalMs: 420,
  stages: [
    { stage: 'endpoint', startMs: 0, durationMs: 200 },
    { stage: 'first-heard', startMs: 200, durationMs: 220 },
  ],
  unattributedMs: 0,
  heardSource: 'reported',
  context: { used: ['weather'], late: [], failed: ['news'] },
}

export function newSession(id: string, over: Partial<NewSession> = {}): NewSession {
  return {
    id: sessionId(id),
    tenant: 'acme',
    agent: 'clinic',
    language: 'en',
    edge: 'voice-ws',
    startedAtMs: 1_700_000_000_000,
    ...over,
  }
}

/** What a model and a voice used, so many times. */
export function usageLines(times: number): readonly UsageLine[] {
  const nothing = { audioMs: 0, characters: 0, inputTokens: 0, outputTokens: 0, cachedTokens: 0 }
  const tokens = { inputTokens: 100 * times, outputTokens: 10 * times, cachedTokens: 50 * times }
  const counts = { requests: 2 * times, uncounted: times }
  return [
    {
      ...{ slot: 'llm', provider: 'openai', model: 'small' },
      ...{ used: { ...nothing, ...tokens }, wasted: { ...nothing, inputTokens: 30 * times } },
      ...counts,
    },
    {
      ...{ slot: 'tts', provider: 'cartesia' },
      ...{ used: { ...nothing, characters: 40 * times }, wasted: nothing },
      ...counts,
    },
  ]
}

export function transcript(turn: string, text: string, atMs: number): DurableEvent {
  return {
    kind: 'transcript-final',
    turn: turnId(turn),
    text,
    origin: 'speech',
    startMs: atMs - 800,
    endMs: atMs - 100,
    atMs,
  }
}

export function replyEnded(turn: string, reply: string, atMs: number): DurableEvent {
  return {
    kind: 'reply-ended',
    turn: turnId(turn),
    reply: replyId(reply),
    said: `all of ${reply}`,
    heard: {
      reply: replyId(reply),
      ms: 900.5,
      text: `half of ${reply}`,
      complete: false,
      source: 'reported',
      errorMs: 20,
    },
    interrupted: true,
    state: { step: reply },
    atMs,
  }
}

export function ledgerOf(turn: string, reply: string, atMs: number): DurableEvent {
  return { kind: 'ledger', turn: turnId(turn), reply: replyId(reply), ledger, atMs }
}

export interface RememberingLog extends StoreLog {
  readonly lines: { readonly level: string; readonly message: string }[]
}

export function rememberingLog(): RememberingLog {
  const lines: { level: string; message: string }[] = []
  const note = (level: string) => (_facts: Readonly<Record<string, unknown>>, message: string) => {
    lines.push({ level, message })
  }
  return { lines, info: note('info'), warn: note('warn'), error: note('error') }
}

export interface HandClock extends Clock {
  /** Moves time on and runs what is due, in order; then lets promises settle. */
  advance(ms: number): Promise<void>
}

export function handClock(): HandClock {
  let nowMs = 0
  let timers: { readonly atMs: number; readonly run: () => void }[] = []
  return {
    now: () => nowMs,
    after(ms, run) {
      const timer = { atMs: nowMs + ms, run }
      timers.push(timer)
      return () => {
        timers = timers.filter(other => other !== timer)
      }
    },
    async advance(ms) {
      const untilMs = nowMs + ms
      for (;;) {
        await settled()
        const next = timers.filter(timer => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0]
        if (!next) break
        timers = timers.filter(other => other !== next)
        nowMs = Math.max(nowMs, next.atMs)
        next.run()
      }
      nowMs = untilMs
    },
  }
}

/** Lets every promise that can settle without time do so. */
export function settled(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

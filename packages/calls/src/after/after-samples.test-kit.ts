/** A call of two sides for tests of what is done after it, and the little of the stores that this asks. */

import type { Json, SessionId } from '@parley/core'
import type { StoredConversation } from '@parley/platform'
import type { AttemptId, CallId, CallOutcome } from '../call.js'
import type { CallDetail, FinishedCall } from '../store/call-store.js'
import type { AfterCallStore } from './after-call.js'
import { type AfterPlan, readAfterPlan } from './after-plan.js'

export const ENDED_MS = 1_750_000_060_000
const session = 'ses_1' as SessionId

export function planOf(file: unknown): AfterPlan {
  const { plan, problems } = readAfterPlan(file)
  if (plan === undefined) throw new Error(JSON.stringify(problems))
  return plan
}

export function callOver(over: Partial<CallDetail> = {}): CallDetail {
  return {
    id: 'call_1' as CallId,
    tenant: 'acme',
    direction: 'outbound',
    from: '+15550001111',
    to: '+15550002222',
    agent: 'sales',
    lead: 'lead_1',
    status: 'completed',
    priority: 100,
    notBeforeMs: 0,
    attempts: 1,
    maxAttempts: 3,
    facts: {},
    record: false,
    createdAtMs: ENDED_MS - 90_000,
    answeredAtMs: ENDED_MS - 60_000,
    endedAtMs: ENDED_MS,
    costMicros: 0,
    version: 3,
    legs: [
      {
        id: 'att_1' as AttemptId,
        call: 'call_1' as CallId,
        tenant: 'acme',
        number: 1,
        carrier: 'twilio',
        state: 'ended',
        sessions: [session],
        intendedAtMs: ENDED_MS - 80_000,
      },
    ],
    ...over,
  }
}

export interface Said {
  readonly caller?: string
  readonly agent?: string
  readonly said?: string
  readonly interrupted?: boolean
  readonly state?: Json
}

/** Each side talks for 3 s, with a second between. */
export function conversation(
  said: readonly Said[],
  over: Partial<StoredConversation> = {},
): StoredConversation {
  const turns = said.map((each, index) => {
    const startMs = index * 8_000
    return {
      id: `trn_${index}`,
      ...(each.caller === undefined
        ? {}
        : {
            user: {
              text: each.caller,
              origin: 'speech' as const,
              startMs,
              endMs: startMs + 3_000,
              atMs: startMs + 3_500,
            },
          }),
      replies:
        each.agent === undefined
          ? []
          : [
              {
                id: `rpl_${index}`,
                ended: {
                  said: each.said ?? each.agent,
                  heardText: each.agent,
                  heardMs: 3_000,
                  heardComplete: each.interrupted !== true,
                  heardSource: 'reported' as const,
                  heardErrorMs: 0,
                  interrupted: each.interrupted ?? false,
                  ...(each.state === undefined ? {} : { state: each.state }),
                  atMs: startMs + 7_000,
                },
                ledger: {
                  totalMs: 400 + index * 100,
                  stages: [],
                  unattributedMs: 0,
                  heardSource: 'reported' as const,
                },
              },
            ],
    }
  })
  return {
    id: session,
    tenant: 'acme',
    agent: 'sales',
    language: 'en',
    edge: 'twilio',
    startedAtMs: ENDED_MS - 60_000,
    endedAtMs: ENDED_MS,
    turnCount: turns.length,
    turns,
    truncated: false,
    ...over,
  }
}

/** Keeps what was finished; the first time counts. */
export function storesOf(call: CallDetail, talk: StoredConversation | undefined) {
  const finished: FinishedCall[] = []
  const listed: string[] = []
  let outcome: CallOutcome | undefined
  const callStore: AfterCallStore = {
    readCall: async ({ tenant, id }) => (tenant === call.tenant && id === call.id ? call : undefined),
    readEvents: async () => [],
    readOutcome: async () => outcome,
    async finish(done) {
      if (outcome !== undefined) return false
      outcome = done.outcome
      finished.push(done)
      return true
    },
    async setDoNotCall({ phone }) {
      listed.push(phone)
    },
  }
  const sessions = {
    readSession: async () => talk,
    readEvents: async () => [{ seq: 0, event: { kind: 'dtmf' as const, digit: '5', atMs: 20_000 } }],
  }
  return { callStore, sessions, finished, listed }
}

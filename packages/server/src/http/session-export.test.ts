import type { SessionId } from '@parley/core'
import type { ListedSession, SessionQuery } from '@parley/platform'
import { describe, expect, it } from 'vitest'
import { exportCsv, exportJson } from './session-export.js'

const session = (n: number, over: Partial<ListedSession> = {}): ListedSession => ({
  ...{ tenant: 'acme', id: `ses_${n}` as SessionId, agent: 'clinic', language: 'es', edge: 'phone' },
  ...{ startedAtMs: 0, turnCount: 2, interruptions: 1, recorded: false },
  ...over,
})

/** So many sessions; remembers how they were asked for. */
function source(count: number) {
  const asked: SessionQuery[] = []
  return {
    asked,
    async listSessions(query: SessionQuery) {
      asked.push(query)
      const from = Number(query.before ?? 0)
      const until = Math.min(count, from + (query.limit ?? 0))
      const sessions = Array.from({ length: until - from }, (_, n) => session(from + n))
      return until < count ? { sessions, next: String(until) } : { sessions }
    },
  }
}

async function whole(lines: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const line of lines) text += line
  return text
}

describe('an export of sessions', () => {
  it('is an object of JSON, over all pages', async () => {
    const from = source(401)
    const { sessions, truncated } = JSON.parse(
      await whole(exportJson(from, { tenant: 'acme', agent: 'clinic' })),
    )
    expect([sessions.length, sessions[400].id, truncated]).toEqual([401, 'ses_400', false])
    expect(from.asked).toMatchObject([{ agent: 'clinic' }, { before: '200' }, { before: '400' }])
    expect(JSON.parse(await whole(exportJson(source(0), { tenant: 'acme' })))).toEqual({
      sessions: [],
      truncated: false,
    })
  })

  it('ends at 10,000 and says so', async () => {
    const { sessions, truncated } = JSON.parse(await whole(exportJson(source(10_001), { tenant: 'acme' })))
    expect([sessions.length, truncated]).toEqual([10_000, true])
  })

  it('reads no page before the one before it was taken', async () => {
    const from = source(1_000)
    const lines = exportCsv(from, { tenant: 'acme' })
    await lines.next()
    expect(from.asked).toHaveLength(0)
    for (let n = 0; n < 200; n++) await lines.next()
    expect(from.asked).toHaveLength(1)
    await lines.return(undefined)
  })

  it('is a table that no spreadsheet runs', async () => {
    const match = {
      side: 'user',
      turn: 't',
      atMs: 1,
      parts: [{ text: '=1+1, "' }, { text: 'hola', hit: true }],
    } as const
    const listSessions = async () => ({
      sessions: [
        session(2, { agent: '\n=1', language: '＝1' }),
        session(1, { match, slowestMs: 812.4, agent: '@sum', endedAtMs: 1000, endReason: 'client' }),
      ],
    })
    expect((await whole(exportCsv({ listSessions }, { tenant: 'acme' }))).split('\r\n')).toEqual([
      'id,started,ended,reason,agent,language,edge,turns,interruptions,slowest_ms,recorded,said',
      `ses_2,1970-01-01T00:00:00.000Z,,,"'\n=1",'＝1,phone,2,1,,no,`,
      `ses_1,1970-01-01T00:00:00.000Z,1970-01-01T00:00:01.000Z,client,'@sum,es,phone,2,1,812,no,"'=1+1, ""hola"`,
      '',
    ])
  })
})

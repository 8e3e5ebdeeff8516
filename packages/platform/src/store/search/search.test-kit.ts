import type { CloseReason } from '@parley/core'
import { expect, it } from 'vitest'
import type { NewSession, SessionFilter, Store } from '../store.js'
import { ledger, newSession, replyEnded, replyId, transcript, turnId } from '../store-fixtures.test.helper.js'

interface Told {
  readonly user?: string
  readonly agent?: string
  readonly interrupted?: boolean
  readonly totalMs?: number
}

/** What every store finds; for within the `describe` of one. */
export function findsWhatWasSaid(storeOf: () => Store): void {
  let count = 0
  interface Begun extends Partial<NewSession> {
    readonly ended?: CloseReason
  }

  async function hold(tenant: string, turns: readonly Told[], { ended, ...over }: Begun = {}) {
    const n = count++
    const session = newSession(`ses_${n}`, { tenant, startedAtMs: 1_700_000_000_000 + n * 1000, ...over })
    await storeOf().beginSession(session)
    const writes = turns.flatMap(({ user, agent, interrupted = false, totalMs }, index) => {
      const [turn, reply, atMs] = [`t${index}`, `r${index}`, 1000 * (index + 1)]
      const end = { ...replyEnded(turn, reply, atMs + 500), said: agent ?? '', interrupted }
      return [
        ...(user === undefined ? [] : [transcript(turn, user, atMs)]),
        ...(agent === undefined ? [] : [end]),
        ...(totalMs === undefined
          ? []
          : ([
              {
                kind: 'ledger',
                turn: turnId(turn),
                reply: replyId(reply),
                ledger: { ...ledger, totalMs },
                atMs,
              },
            ] as const)),
      ]
    })
    await Promise.all(writes.map(event => storeOf().write(session.id, event)))
    if (ended !== undefined) {
      await storeOf().endSession({ id: session.id, reason: ended, endedAtMs: session.startedAtMs + 500 })
    }
    return session.id
  }

  const found = async (tenant: string, filter: SessionFilter) =>
    (await storeOf().listSessions({ tenant, ...filter })).sessions.map(({ id }) => id)

  it('finds words of both sides whatever their accents and case', async () => {
    const one = await hold('accents', [
      { user: '¿Tiene una cita MAÑANA con Ángela?', agent: 'Sí, a las once.' },
    ])
    for (const search of ['manana', 'Mañana', 'ANGELA', 'ángela cita', 'SI', 'mañana "a las once"']) {
      expect(await found('accents', { search }), search).toEqual([one])
    }
    expect(await found('accents', { search: 'tarde' })).toEqual([])
  })

  it('takes the last word as a beginning, the others and phrases as they are', async () => {
    const one = await hold('words', [{ user: "I don't need the doctor tomorrow" }, { user: 'thanks' }])
    for (const search of ['doct', 'tomorrow doc', '"the doctor"', "don't", '"the doct', 'doctor thanks']) {
      expect(await found('words', { search }), search).toEqual([one])
    }
    for (const search of ['doct tomorrow', '"doctor the"', '"the doct"', '"tomorrow thanks"']) {
      expect(await found('words', { search }), search).toEqual([])
    }
  })

  it('says where, with the utterance that has most of the words', async () => {
    await hold('where', [
      { user: 'hello', agent: 'Which doctor?' },
      { user: 'the doctor of last week', agent: 'There is an appointment with the doctor at ten.' },
    ])
    const { sessions } = await storeOf().listSessions({ tenant: 'where', search: 'doctor appoint' })
    expect(sessions[0]?.match).toEqual({
      side: 'agent',
      turn: 't1',
      reply: 'r1',
      atMs: 2500,
      parts: [
        { text: 'There is an ' },
        { text: 'appointment', hit: true },
        { text: ' with the ' },
        { text: 'doctor', hit: true },
        { text: ' at ten.' },
      ],
    })
    const [first] = (await storeOf().listSessions({ tenant: 'where', search: 'doctor' })).sessions
    expect(first?.match).toMatchObject({ side: 'agent', turn: 't0' })
  })

  it('finds nothing of another tenant', async () => {
    await hold('mine', [{ user: 'a secret word' }], { agent: 'clinic' })
    expect(await found('theirs', { search: 'secret' })).toEqual([])
    expect(await storeOf().sessionFacets('theirs')).toEqual({ agents: [], edges: [], languages: [] })
    expect(await storeOf().sessionFacets('mine')).toEqual({
      agents: ['clinic'],
      edges: ['voice-ws'],
      languages: ['en'],
    })
  })

  it('takes whatever is typed as words and nothing else', async () => {
    const one = await hold('odd', [
      { user: "it's 'quoted' & odd | really! :* (yes) <-> no \\ end; select 1" },
    ])
    const odd = [
      `'; drop table parley.turns; --`,
      `' | '`,
      `a' & !b`,
      'x:*',
      '\\',
      '%',
      `"'`,
      '$9',
      '!!!',
      '🙂',
      'ﷺ',
    ]
    for (const search of odd) expect(await found('odd', { search }), search).toEqual([])
    for (const search of ["'quoted'", 'odd | really', '(yes) <-> no', 'end; select', 'it’s']) {
      expect(await found('odd', { search }), search).toEqual([one])
    }
    for (const agent of ["' or true --", '\0', 'é'.repeat(200)])
      expect(await found('odd', { agent })).toEqual([])
  })

  it('narrows by what a session was', async () => {
    const tenant = 'filters'
    const one = await hold(
      tenant,
      [{ user: 'a', agent: 'b', interrupted: true, totalMs: 900 }, { user: 'c' }],
      {
        language: 'es-MX',
        ended: 'hang-up',
      },
    )
    const two = await hold(tenant, [{ user: 'a', agent: 'b', totalMs: 300 }], {
      edge: 'phone',
      agent: 'garage',
    })
    const startedAtMs = 1_700_000_000_000 + 1000 * Number(two.slice(4))
    expect(await found(tenant, {})).toEqual([two, one])
    const only = (id: string) => [id]
    const cases: [SessionFilter, readonly string[]][] = [
      [{ agent: 'garage' }, only(two)],
      [{ edge: 'voice-ws' }, only(one)],
      [{ language: 'es' }, only(one)],
      [{ language: 'e' }, []],
      [{ ended: 'hang-up' }, only(one)],
      [{ ended: 'open' }, only(two)],
      [{ interrupted: true }, only(one)],
      [{ slowMs: 900 }, only(one)],
      [{ slowMs: 901 }, []],
      [{ minTurns: 2 }, only(one)],
      [{ fromMs: startedAtMs }, only(two)],
      [{ untilMs: startedAtMs }, only(one)],
      [{ recorded: true }, []],
      [{ search: 'b', minTurns: 2, slowMs: 1 }, only(one)],
    ]
    for (const [filter, ids] of cases)
      expect(await found(tenant, filter), JSON.stringify(filter)).toEqual(ids)
    const { sessions } = await storeOf().listSessions({ tenant })
    expect(sessions).toMatchObject([
      { interruptions: 0, slowestMs: 300, recorded: false },
      { interruptions: 1, slowestMs: 900, turnCount: 2 },
    ])
  })

  it('goes on where a page ended, whatever began meanwhile', async () => {
    const tenant = 'pages'
    const ids: string[] = []
    for (let n = 0; n < 5; n++) ids.unshift(await hold(tenant, [{ user: `hello ${n}` }]))
    const query = { tenant, search: 'hello', limit: 2 }
    const first = await storeOf().listSessions(query)
    await hold(tenant, [{ user: 'hello, newest' }])
    const second = await storeOf().listSessions({ ...query, before: first.next ?? '' })
    const third = await storeOf().listSessions({ ...query, before: second.next ?? '' })
    const all = [first, second, third].flatMap(({ sessions }) => sessions.map(({ id }) => id))
    expect(all).toEqual(ids)
    expect(third.next).toBeUndefined()
  })
}

import type { CallStep } from '@parley/calls'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type CallDatabase, embeddedDatabase } from '../../../calls/dist/store/call-database.test-kit.js'
import { agentOf, openDesk, plan, sales } from './call-desk.test-kit.js'

let database: CallDatabase
let rig: ReturnType<typeof openDesk>
beforeAll(async () => {
  database = await embeddedDatabase()
})
afterAll(() => database.done())
beforeEach(() => {
  rig = openDesk(database)
})

const kindsOf = (steps: readonly CallStep[]) => steps.map(({ step }) => step)
const goesOn = ['stream', 'redirect']
const orders = (steps: readonly CallStep[]) => steps.map(step => ({ ...step, parameters: undefined }))

/** Somebody rang, and talks. */
async function talking() {
  const steps = await rig.desk.incoming(rig.event())
  await rig.stream(steps)
  const { call, attempt } = await rig.known()
  const live = rig.desk.live(call.id)
  const talk = rig.talks.at(-1)
  if (live === undefined || talk === undefined) throw new Error('nobody talks')
  return { call, attempt, live, talk }
}

describe('a carrier', () => {
  it('that asks twice who answers gets one call, and one that goes on once there is a talk', async () => {
    const first = await rig.desk.incoming(rig.event())
    const again = await rig.desk.incoming(rig.event())
    expect(kindsOf(first)).toEqual(goesOn)
    expect(orders(again)).toEqual(orders(first))
    await rig.stream(first)
    await rig.stream(await rig.desk.incoming(rig.event()))
    expect(rig.talks).toHaveLength(1)
  })

  it('without documents is given the stream alone', async () => {
    rig = openDesk(database, false)
    expect(kindsOf(await rig.desk.incoming(rig.event()))).toEqual(['stream'])
  })

  it('gets the same transfer as often as it asks, until it has done it', async () => {
    const { live, attempt } = await talking()
    await live.order({ do: 'transfer', to: 'sales', about: 'Prices' })
    const steps = await rig.desk.streamOver(rig.event({}, attempt))
    expect(steps).toMatchObject([{ step: 'dial', to: sales }])
    expect(await rig.desk.streamOver(rig.event({}, attempt))).toEqual(steps)
    const back = await rig.desk.dialled(rig.event({ dialled: { status: 'busy' } }, attempt))
    expect(kindsOf(back)).toEqual(goesOn)
    await rig.stream(back)
    expect(rig.talks.at(-1)).toMatchObject({
      goesOn: true,
      told: ['Nobody took the call at "sales" (busy). The caller is with you again.', 'answer'],
    })
    expect(kindsOf(await rig.desk.streamOver(rig.event({}, attempt)))).toEqual(goesOn)
  })

  it('is told to hang up behind a talk that ended, also where the store does not know yet', async () => {
    const { talk, attempt } = await talking()
    rig.faults.add('talk-ended')
    talk.end('hang-up')
    expect(await rig.desk.streamOver(rig.event({}, attempt))).toEqual([{ step: 'hang-up' }])
  })

  it('apologises for a talk that broke, and for a stream that keeps falling', async () => {
    const { talk, attempt } = await talking()
    const falls = async () => kindsOf(await rig.desk.streamOver(rig.event({}, attempt)))
    expect(await falls()).toEqual(goesOn)
    for (let fall = 2; fall <= 10; fall++) await falls()
    expect(await falls()).toEqual(['say', 'hang-up'])
    await rig.clock.advance(60_000)
    expect(await falls()).toEqual(goesOn)
    talk.end('error')
    await vi.waitFor(async () => expect((await rig.known()).kinds).toContain('talk-ended'))
    expect(await falls()).toEqual(['say', 'hang-up'])
  })

  it('gets an error, to apologise by, for a call whose agent is gone', async () => {
    const { attempt } = await talking()
    rig.agents.splice(0, 1, { ...rig.agents[0], agent: 'other' } as never)
    await expect(rig.desk.streamOver(rig.event({}, attempt))).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a warm transfer', () => {
  it.each([
    ['comes back where no key was pressed', undefined, goesOn],
    ['is over where the other side took it and has hung up', '1', ['hang-up']],
  ] as const)('%s', async (_, digits, then) => {
    const { live, attempt } = await talking()
    await live.order({ do: 'transfer', to: 'sales', about: 'Prices: $& and more' })
    await rig.desk.streamOver(rig.event({}, attempt))
    const other = { carrierCall: 'CA-of-the-other-side' }
    const [whispered] = await rig.desk.whisper(rig.event(other, attempt))
    expect(whispered).toMatchObject({ step: 'gather', say: expect.stringContaining('Prices: $& and more') })
    const pressed = await rig.desk.digits(
      rig.event({ ...other, ...(digits === undefined ? {} : { digits }) }, attempt),
    )
    expect(pressed).toEqual(digits === undefined ? [{ step: 'hang-up' }] : [])
    const after = await rig.desk.dialled(rig.event({ dialled: { status: 'completed' } }, attempt))
    expect(kindsOf(after)).toEqual(then)
  })

  it('that the plan does not have is told to the agent, and the talk goes on', async () => {
    const { live, talk, attempt } = await talking()
    await live.order({ do: 'transfer', to: 'moon', about: '' })
    expect(talk.told[0]).toContain('could not be done (transfer)')
    expect(talk.reason).toBeUndefined()
    expect(kindsOf(await rig.desk.streamOver(rig.event({}, attempt)))).toEqual(goesOn)
  })
})

describe('a call on hold', () => {
  it('waits at its carrier, and is with its agent again when it is called back', async () => {
    const { live, call, attempt } = await talking()
    await live.order({ do: 'hold', on: true })
    expect(rig.desk.live(call.id)).toBeUndefined()
    expect(await rig.desk.away(call)).toBe('hold')
    const [held] = await rig.desk.streamOver(rig.event({}, attempt))
    expect(held).toMatchObject({ step: 'redirect', url: expect.stringContaining('/hold') })
    expect(kindsOf(await rig.desk.hold(rig.event({}, attempt)))).toEqual(['pause', 'redirect'])
    await rig.clock.advance(600_000)
    await rig.desk.comeBack((await rig.known()).call)
    expect(rig.didAtCarrier).toMatchObject([[{ step: 'redirect', url: expect.stringContaining('/resume') }]])
    await rig.stream(await rig.desk.streamOver(rig.event({}, attempt)))
    expect(rig.talks.at(-1)).toMatchObject({
      goesOn: true,
      told: ['The caller was on hold, and is with you again.', 'answer'],
    })
  })

  it('is over, with its conversation, where the caller hangs up', async () => {
    const { live, talk, attempt } = await talking()
    await live.order({ do: 'hold', on: true })
    await rig.desk.streamOver(rig.event({}, attempt))
    await rig.desk.status(rig.event({ status: 'completed' }, attempt))
    expect(rig.ended).toEqual([talk.id])
    expect(rig.over).toHaveLength(1)
  })

  it('is not possible where the carrier has nothing to hold with', async () => {
    rig = openDesk(database, false)
    const { live, talk } = await talking()
    await live.order({ do: 'hold', on: true })
    expect(talk.told[0]).toContain('could not be done (hold)')
    expect(talk.reason).toBeUndefined()
  })
})

describe('a conversation', () => {
  it('that is over before it stands is forgotten and its end is noted', async () => {
    rig.opening.meanwhile = async talk => talk.end('client')
    await rig.stream(await rig.desk.incoming(rig.event()))
    expect(rig.desk.active).toBe(0)
    await vi.waitFor(async () => expect((await rig.known()).kinds).toContain('talk-ended'))
  })

  it('is ended where the carrier ended the call while it opened', async () => {
    const steps = await rig.desk.incoming(rig.event())
    const { attempt } = await rig.known()
    rig.opening.meanwhile = () => rig.desk.status(rig.event({ status: 'completed' }, attempt))
    await rig.stream(steps)
    await vi.waitFor(() => expect(rig.talks.at(-1)?.reason).toBe('hang-up'))
    expect(rig.desk.active).toBe(0)
  })

  it('that the store cannot be told of is ended and kept nowhere', async () => {
    rig.faults.add('join')
    const steps = await rig.desk.incoming(rig.event())
    await expect(rig.stream(steps)).rejects.toMatchObject({ code: 'store_unavailable' })
    expect(rig.talks.at(-1)?.reason).toBe('error')
    expect(rig.desk.active).toBe(0)
  })

  it('that is handed over before it stands is handed over once it does', async () => {
    rig.opening.meanwhile = async (_, { leave }) => leave?.(undefined as never)
    await rig.stream(await rig.desk.incoming(rig.event()))
    const { attempt } = await rig.known()
    await vi.waitFor(() => expect(rig.talks.at(-1)?.reason).toBe('handed-over'))
    rig.opening.meanwhile = async () => {}
    await rig.stream(await rig.desk.streamOver(rig.event({}, attempt)))
    expect(rig.talks.map(({ id }) => id)).toEqual([rig.talks[0]?.id, rig.talks[0]?.id])
  })
})

describe('who answered', () => {
  it('is who was heard first, and the store knows', async () => {
    const { live, talk, attempt } = await talking()
    live.heard('human')
    live.answeredBy('machine')
    await vi.waitFor(async () => expect((await rig.known()).call.answeredBy).toBe('human'))
    expect(talk.told).toEqual([])
    expect(attempt).toBeDefined()
  })

  it('hears the message once its greeting is over, if it is a machine', async () => {
    const { live, talk } = await talking()
    live.answeredBy('machine')
    live.greetingOver()
    await vi.waitFor(() => expect(talk.told).toEqual(['interrupt', 'hush', 'answer']))
  })
})

describe('an agent whose voice says no text of ours', () => {
  it('has the carrier say that the call is recorded, once, and what is left on a machine', async () => {
    const consent = 'This call is recorded.'
    rig.agents.splice(0, 1, agentOf('desk', { live: [{}], phone: { ...plan, consent } }))
    const steps = await rig.desk.incoming(rig.event())
    expect(steps[0]).toEqual({ step: 'say', text: consent, language: 'en' })
    await rig.stream(steps)
    const { call, attempt } = await rig.known()
    expect(kindsOf(await rig.desk.streamOver(rig.event({}, attempt)))).toEqual(goesOn)
    await rig.desk.live(call.id)?.order({ do: 'leave-message' })
    rig.desk.live(call.id)?.greetingOver()
    await vi.waitFor(() => expect(rig.talks.at(-1)?.reason).toBe('handed-over'))
    expect(await rig.desk.streamOver(rig.event({}, attempt))).toEqual([
      { step: 'say', text: 'Call us back.', language: 'en' },
      { step: 'hang-up' },
    ])
  })
})

describe('a call of a stream without a ticket', () => {
  it('is over with its stream, and for the sweep alive until then', async () => {
    await rig.stream()
    const { call } = await rig.known()
    expect(call.status).toBe('in-progress')
    await rig.clock.advance(31_000)
    await vi.waitFor(async () => {
      expect(await rig.store.silentAttempts(1_750_000_000_000 + 20_000)).not.toContainEqual(
        expect.objectContaining({ call: call.id }),
      )
    })
    rig.talks.at(-1)?.end('client')
    await vi.waitFor(() => expect(rig.over).toEqual([call.id]))
    expect((await rig.known()).call.status).toBe('completed')
  })

  it('has an end where no conversation came of it', async () => {
    rig.opening.meanwhile = async () => {
      throw new Error('no engine')
    }
    await expect(rig.stream()).rejects.toThrow('no engine')
    await vi.waitFor(async () => expect((await rig.known()).call.endedAtMs).toBeDefined())
  })

  it('is not transferred, since its carrier asks for nothing', async () => {
    await rig.stream()
    const { call } = await rig.known()
    await rig.desk.live(call.id)?.order({ do: 'transfer', to: 'sales', about: '' })
    expect(rig.talks.at(-1)?.told[0]).toContain('could not be done')
    expect(rig.talks.at(-1)?.reason).toBeUndefined()
  })
})

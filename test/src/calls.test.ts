import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CallId, type CallStore, createCallStore } from '@parley/calls'
import { systemClock } from '@parley/core'
import { openStore } from '@parley/platform'
import { type CarrierSim, openCarrierSim, type SimCall } from '@parley/sim'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../packages/platform/dist/store/test-postgres.js'
import { type FrontDoor, openFrontDoor } from './support/front-door.js'
import { type ParleyProcess, parley, startParley } from './support/parley-process.js'
import { temporaryFolder } from './support/temporary-folder.js'

const own = '+12025550100'
const caller = '+12025550142'
const sales = '+12025550123'
const greeting =
  'Welcome to the test desk of Harbor House, where everything is said slowly and at some length, so that there is time to interrupt it in the middle.'

const agentFile = `
agent: desk
language: en
greeting: "${greeting}"
intents:
  person: { phrases: [zero, a person], replies: One moment please., do: { transfer: sales } }
  bye: { phrases: goodbye, replies: Goodbye., do: hang-up }
fallback: [Sorry?]
phone:
  transfers: { sales: { to: "${sales}" } }
  machine: { then: leave-message, message: Please call us back. }
  after: { leadStatus: [{ call: completed, is: talked }] }
`

interface Ended {
  readonly heardText: string
  readonly said: string
  readonly interrupted: boolean
  readonly atMs: number
}

/** Real processes on one PostgreSQL, behind one address, and a carrier that calls through it. */
describe('phone calls of several nodes', { timeout: 60_000 }, () => {
  let postgres: TestPostgres
  let carrier: CarrierSim
  let door: FrontDoor
  let store: CallStore
  let close: () => Promise<void>
  let env: Record<string, string>
  const nodes: ParleyProcess[] = []

  async function startNode(): Promise<ParleyProcess> {
    const node = await startParley({ env })
    nodes.push(node)
    door.leadTo(node.url)
    return node
  }

  beforeAll(async () => {
    const folder = temporaryFolder()
    const agent = join(folder, 'desk.yaml')
    await writeFile(agent, agentFile)
    postgres = await startTestPostgres()
    door = await openFrontDoor()
    carrier = await openCarrierSim({ clock: systemClock, random: Math.random, dialect: 'twilio' })
    const address = (what: string) => `${door.url}/v1/phone/twilio/${what}`
    carrier.number(own, { voiceUrl: address('answer'), statusUrl: address('status') })
    const databaseUrl = await postgres.freshDatabase()
    env = {
      PARLEY_AGENT: agent,
      DATABASE_URL: databaseUrl,
      PARLEY_PUBLIC_URL: door.url,
      TWILIO_BASE_URL: carrier.baseUrl,
      TWILIO_ACCOUNT_SID: carrier.account,
      TWILIO_AUTH_TOKEN: carrier.authToken,
      PARLEY_PHONE_NUMBER: own,
      PARLEY_CALLS_PER_SECOND: '50',
    }
    await parley(['db', 'migrate'], env)
    const log = { info() {}, warn() {}, error() {} }
    const opened = await openStore({ databaseUrl, dataDir: '', clock: systemClock, log, migrate: false })
    close = () => opened.close()
    store = createCallStore({ database: opened.database, clock: systemClock, epochMs: Date.now })
    await startNode()
  })
  afterAll(async () => {
    for (const node of nodes) await node.kill()
    await carrier?.close()
    await close?.()
    await door?.close()
    await postgres?.remove()
  })

  beforeEach(() => {
    onTestFailed(() => {
      for (const { sid, status, events } of carrier.calls)
        process.stderr.write(
          `${sid} ${status}\n${events.map(({ kind, text }) => `  ${kind} ${text}`).join('\n')}\n`,
        )
      for (const node of nodes) process.stderr.write(`${node.url}\n${node.output()}\n`)
    })
  })

  const soundMs = (call: SimCall) =>
    20 * call.heard.filter(frame => frame.some(sample => Math.abs(sample) > 500)).length
  const callOf = (sid: string) =>
    eventually(async () => {
      const { calls } = await store.listCalls({ tenant: 'local', limit: 200 })
      const found = await Promise.all(calls.map(({ id, tenant }) => store.readCall({ tenant, id })))
      return found.find(call => call?.legs.some(({ carrierCall }) => carrierCall === sid))
    })
  async function repliesOf(node: ParleyProcess, session: string) {
    const answer = await fetch(`${node.url}/api/sessions/${session}`)
    const { turns } = (await answer.json()) as {
      turns: { replies: { ended?: Ended }[] }[]
    }
    const ended = turns.flatMap(({ replies }) => replies.flatMap(reply => reply.ended ?? []))
    return ended.sort((one, other) => one.atMs - other.atMs)
  }

  it.each([
    ['is killed', 'kill'],
    ['leaves for a deploy', 'stop'],
  ] as const)(
    'go on at the next unheard word when their node %s in the middle of a sentence',
    async (_, end) => {
      const first = nodes.at(-1) as ParleyProcess
      const second = await startNode()
      door.leadTo(first.url)
      const call = carrier.call({ from: caller, to: own, who: { kind: 'human' } })
      await carrier.until(() => soundMs(call) > 2_000)
      door.leadTo(second.url)
      await first[end]()
      const { legs } = await callOf(call.sid)
      const [session, ...others] = legs[0]?.sessions ?? []
      expect(others).toEqual([])
      const replies = await eventually(async () => {
        const ended = await repliesOf(second, session as string)
        return ended.length >= 2 && ended
      })
      const heard = replies.map(({ heardText }) => heardText.trim()).join(' ')
      expect(replies[0]).toMatchObject({ interrupted: true })
      expect(heard).toBe(greeting)
    },
  )

  it('are transferred, and come back to the agent where nobody answers', async () => {
    carrier.phone(sales, { kind: 'busy' })
    const node = nodes.at(-1) as ParleyProcess
    const call = carrier.call({
      from: caller,
      to: own,
      who: {
        kind: 'human',
        steps: [
          { step: 'hear', ms: 500 },
          { step: 'press', digits: '0#' },
        ],
      },
    })
    const dialled = await carrier.until(() => carrier.calls.find(({ parent }) => parent === call.sid))
    expect(dialled).toMatchObject({ to: sales, from: own })
    const back = await eventually(async () => {
      const { calls } = await store.listCalls({ tenant: 'local', limit: 1 })
      const events = await store.readEvents({ tenant: 'local', call: calls[0]?.id as CallId, afterSeq: 0 })
      return events.filter(({ kind }) => kind === 'talk-began').length === 2 && events
    })
    const kinds = back.map(({ kind }) => kind)
    expect(kinds).toEqual(expect.arrayContaining(['transfer', 'next', 'transferred']))
    const { legs } = await callOf(call.sid)
    expect(legs[0]?.sessions).toHaveLength(1)
    const said = await eventually(async () => {
      const replies = await repliesOf(node, legs[0]?.sessions[0] as string)
      return replies.length > 2 && replies.map(({ said: words }) => words)
    })
    expect(said).toContain('One moment please.')
    expect(call.status).toBe('in-progress')
  })

  it('are dialled once, and turned into a lead’s new status', async () => {
    const [{ id: lead }] = [{ id: `lead-${randomUUID()}` }]
    await store.putLead({ id: lead, tenant: 'local', phone: caller, atMs: Date.now() })
    carrier.phone(caller, {
      kind: 'human',
      answersAfterMs: 200,
      steps: [{ step: 'hear', ms: 1_500 }, { step: 'hang-up' }],
    })
    const [made] = await store.createCalls([
      {
        id: `call_${randomUUID()}` as CallId,
        tenant: 'local',
        from: own,
        to: caller,
        agent: 'desk',
        lead,
        priority: 100,
        notBeforeMs: Date.now(),
        maxAttempts: 1,
        facts: { name: 'Ana' },
        record: false,
        atMs: Date.now(),
      },
    ])
    const key = { tenant: 'local', id: made?.id as CallId }
    const outcome = await eventually(() => store.readOutcome(key))
    expect(outcome).toMatchObject({ by: 'extract' })
    expect(await store.readCall(key)).toMatchObject({ status: 'completed', attempts: 1 })
    expect(await store.readLead('local', lead)).toMatchObject({ status: 'talked', lastCall: key.id })
    expect(
      carrier.calls.filter(({ direction, to }) => direction === 'outbound-api' && to === caller),
    ).toHaveLength(1)
  })
})

async function eventually<Value>(ask: () => Promise<Value | undefined | false>): Promise<Value> {
  for (;;) {
    const value = await ask()
    if (value !== undefined && value !== false) return value
    await new Promise(resolve => setImmediate(resolve))
  }
}

import { loadOpus, loadResampling } from '@parley/audio'
import type { RecordingMode } from '@parley/platform'
import type { ServerMessage } from '@parley/protocol'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { type MemoryRecordings, memoryRecordings } from '../recording/memory-recordings.test-kit.js'
import { openTestDesk } from './desk.test-kit.js'
import { createDevices, type MemorySocket } from './device-socket.test-kit.js'

const ana = { tenant: 'acme', subject: 'ana' }
const boss = { tenant: 'acme', subject: 'boss', scopes: ['talk', 'sessions:steer'] }
const nobody = { tenant: 'acme', subject: 'unnamed' }
const stranger = { tenant: 'globex', subject: 'ana', scopes: ['talk', 'sessions:watch', 'sessions:steer'] }
const opus = await loadOpus()
const resampling = await loadResampling()

const asked = { type: 'recording', state: 'waiting', consent: 'asked' } as const
const granted = { type: 'recording', state: 'recording', consent: 'granted' } as const
const refused = { type: 'recording', state: 'off', consent: 'refused' } as const
const yes = { type: 'consent', granted: true } as const
const no = { type: 'consent', granted: false } as const

async function openRecordedDesk(mode: RecordingMode, hello: { consent?: boolean } = {}, who = ana) {
  let kept: MemoryRecordings | undefined
  const stage = await openTestDesk(undefined, {}, clock => {
    kept = memoryRecordings({ mode, clock, opus, resampling })
    return { recordings: kept.recordings }
  })
  if (kept === undefined) throw new Error('There are no recordings.')
  const { rows, shelf, store, recordings } = kept
  const { desk, clock } = stage
  const open = createDevices({ host: desk, clock })
  const speaker = await open(who, hello)
  const session = speaker.last('ready')?.session ?? ''
  const join = (who: typeof boss | typeof ana, as: 'listener' | 'controller' | 'speaker') =>
    open(who, { join: { session, as } })
  const close = () => recordings.close(AbortSignal.abort())
  return { clock, open, speaker, session, join, rows, shelf, store, recordings, close }
}

const told = (socket: MemorySocket) => socket.of('recording')
const types = (socket: MemorySocket) => socket.messages.map(({ type }) => type)
const eventually = (look: () => void) => vi.waitFor(look, { interval: 1, timeout: 20_000 })
const settled = (socket: MemorySocket, answer: Partial<ServerMessage>) =>
  eventually(() => expect(socket.messages.at(-1)).toMatchObject(answer))
const refusal = (code: string) => ({ type: 'error', code, fatal: false }) as const

describe('what devices are told of the recording', () => {
  it('comes behind `ready` and `role`, and at each change to all of them', async () => {
    const { speaker, join } = await openRecordedDesk('consent')
    expect(types(speaker)[0]).toBe('ready')
    expect(told(speaker)).toEqual([asked])
    const [listener, other] = [await join(ana, 'listener'), await join(boss, 'controller')]
    expect([told(listener), told(other)]).toEqual([[asked], [asked]])
    speaker.say(yes)
    for (const device of [speaker, listener, other]) {
      await settled(device, granted)
      expect(told(device)).toEqual([asked, granted])
    }
    other.say({ type: 'take-over' })
    expect(types(other).slice(-3, -1)).toEqual(['role', 'recording'])
    expect([told(other).length, told(speaker).length]).toEqual([3, 2])
    expect(told(await join(ana, 'speaker'))).toEqual([granted])
  })

  it('comes again to who resumes, and nothing where nobody records', async () => {
    const { open, speaker, clock } = await openRecordedDesk('announced')
    const { resumeToken: resume = '' } = speaker.last('ready') ?? {}
    const before = told(speaker).at(-1)
    speaker.cut()
    await clock.advance(10)
    const back = await open(ana, { resume, consent: false })
    expect(types(back).slice(0, 2)).toEqual(['ready', 'recording'])
    // Of a resume the early word is not read.
    expect(told(back)[0]).toEqual(before)
    expect(told(back)[0]?.consent).toBe('announced')

    const silent = await openRecordedDesk('never', { consent: true })
    expect(told(silent.speaker)).toEqual([])
    silent.speaker.say(yes)
    expect(silent.speaker.messages.at(-1)).toEqual({ type: 'recording', state: 'off' })
    expect(silent.rows.size).toBe(0)
  })
})

describe('consent on the line', () => {
  it('is answered each time, and a no is the last word', async () => {
    const { speaker, join, rows, session, close } = await openRecordedDesk('consent')
    speaker.say(yes)
    await settled(speaker, granted)
    speaker.say(yes)
    await eventually(() => expect(told(speaker)).toEqual([asked, granted, granted]))
    const listener = await join(ana, 'listener')
    listener.say(no)
    await settled(listener, refusal('forbidden'))
    speaker.say(no)
    await settled(listener, refused)
    await settled(speaker, refused)
    await eventually(() => expect(rows.get(session)?.status).toBe('deleted'))
    speaker.say(yes)
    await settled(speaker, refusal('conflict'))
    speaker.say(no)
    await settled(speaker, refused)
    expect(speaker.closed).toBeUndefined()
    expect(rows.get(session)).toMatchObject({ consent: 'refused' })
    await close()
  })

  it('of a flood is stored once at a time, and a no does not wait behind a yes', async () => {
    const { speaker, recordings, store, rows, session, clock } = await openRecordedDesk('consent')
    store.isAway = true
    for (let count = 0; count < 20; count++) speaker.say(yes)
    speaker.say(no)
    expect(told(speaker).at(-1)).toEqual(refused)
    await eventually(() => expect(speaker.of('error')).toHaveLength(2))
    expect(speaker.of('error').map(({ code }) => code)).toEqual(['store_unavailable', 'store_unavailable'])
    expect(rows.get(session)?.status).toBe('waiting')
    // What the store did not take is said to it again.
    store.isAway = false
    recordings.start()
    await clock.advance(5_000)
    await eventually(() => expect(rows.get(session)).toMatchObject({ status: 'deleted', consent: 'refused' }))
    await recordings.close(AbortSignal.abort())
  })

  it('is taken from a speaker whom no token names, and from nobody of another tenant', async () => {
    const { speaker, session, open } = await openRecordedDesk('consent', {}, nobody)
    const other = await open(stranger, { join: { session, as: 'controller' } })
    expect(other.of('error')).toMatchObject([{ code: 'not_found', fatal: true }])
    other.say(no)
    const own = await open(stranger)
    own.say(no)
    await settled(own, refused)
    expect(told(speaker)).toEqual([asked])
    speaker.say(yes)
    await settled(speaker, granted)
  })

  it('counts right before `bye`, and is not read behind it', async () => {
    const { speaker, rows, session, shelf, close } = await openRecordedDesk('consent')
    speaker.say(yes)
    await settled(speaker, granted)
    speaker.say(no)
    speaker.say({ type: 'bye' })
    await eventually(() => expect(rows.get(session)).toMatchObject({ status: 'deleted', consent: 'refused' }))
    await eventually(() => expect(speaker.closed).toBeDefined())
    speaker.say(yes)
    await eventually(() => expect(shelf.files.size).toBe(0))
    expect(rows.get(session)?.consent).toBe('refused')
    await close()
  })
})

describe('consent said before the conversation', () => {
  it('is recorded from its beginning without a question', async () => {
    const { speaker, rows, session, clock } = await openRecordedDesk('consent', { consent: true })
    expect(told(speaker)).toEqual([granted])
    expect(rows.get(session)).toMatchObject({ status: 'recording', consent: 'granted', offsetMs: 0 })
    await clock.advance(3_000)
    const said = speaker.of('reply-words').map(({ text }) => text)
    expect(said.join('')).not.toContain('May I record')
  })

  it('does not spare an announcement', async () => {
    const { speaker, rows, session } = await openRecordedDesk('announced', { consent: true })
    expect(told(speaker)[0]).toMatchObject({ consent: 'announced' })
    expect(rows.get(session)?.consent).toBe('announced')
    speaker.say(yes)
    await eventually(() => expect(told(speaker).at(-1)?.consent).toBe('granted'))
  })

  it('keeps nothing after a no, in any mode, and neither asks nor announces', async () => {
    for (const mode of ['announced', 'consent'] as const) {
      const { speaker, rows, session, shelf, clock, close } = await openRecordedDesk(mode, { consent: false })
      expect(told(speaker)).toEqual([refused])
      speaker.say({ type: 'text', text: 'Hello' })
      await clock.advance(3_000)
      speaker.say(yes)
      await settled(speaker, refusal('conflict'))
      const said = speaker.of('reply-words').map(({ text }) => text)
      expect(said.join('')).not.toMatch(/record/)
      expect(rows.get(session)).toMatchObject({ status: 'deleted', consent: 'refused' })
      expect(shelf.files.size).toBe(0)
      await close()
    }
  })
})

type Act =
  | { readonly kind: 'say'; readonly who: 0 | 1 | 2; readonly granted: boolean }
  | { readonly kind: 'over http'; readonly granted: boolean }
  | { readonly kind: 'resume' | 'take over' | 'join' | 'store' }

const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('say' as const),
      who: fc.constantFrom(0 as const, 1 as const, 2 as const),
      granted: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('over http' as const), granted: fc.boolean() }),
    fc.record({ kind: fc.constantFrom('resume' as const, 'take over' as const, 'join', 'store') }),
  ) as fc.Arbitrary<Act>,
  { minLength: 1, maxLength: 12 },
)

/** The latest counts, whether it came with `ready` or with the microphone. */
function tokenOf({ messages }: MemorySocket): string {
  const latest = messages.findLast(({ type }) => type === 'ready' || type === 'role')
  return (latest !== undefined && 'resumeToken' in latest && latest.resumeToken) || ''
}

/** Whatever is said by whom, in any order, with the store there and away. */
async function live(acts: readonly Act[]): Promise<void> {
  const desk = await openRecordedDesk('consent')
  const { session, rows, shelf, store, recordings, clock, join, open } = desk
  let speaker = desk.speaker
  let person: typeof ana | typeof boss = ana
  let controller = await join(boss, 'controller')
  const listener = await join(ana, 'listener')
  const all = [speaker, controller, listener]
  let said = { yes: false, no: false }
  const expected = () => (said.no ? refused : said.yes ? granted : asked)
  const answers = (socket: MemorySocket) => socket.of('recording').length + socket.of('error').length

  const decide = (granted: boolean): string | undefined => {
    if (!granted) {
      const isNew = !said.no
      said = { ...said, no: true }
      return store.isAway && isNew ? 'store_unavailable' : undefined
    }
    if (store.isAway) return 'store_unavailable'
    if (said.no) return 'conflict'
    said = { ...said, yes: true }
    return undefined
  }

  const isErased = () => {
    const { status, problem } = rows.get(session) ?? {}
    return status === 'deleted' && problem === undefined
  }

  for (const act of acts) {
    if (act.kind === 'say') {
      const socket = [speaker, controller, listener][act.who] as MemorySocket
      const before = answers(socket)
      const errors = socket.of('error').length
      const isRefused = act.who !== 2 && !act.granted && !said.no
      const code = act.who === 2 ? 'forbidden' : decide(act.granted)
      socket.say({ type: 'consent', granted: act.granted })
      await eventually(() => expect(answers(socket)).toBeGreaterThan(before))
      if (code !== undefined) await eventually(() => expect(socket.of('error').length).toBe(errors + 1))
      expect(socket.of('error').at(errors)?.code).toBe(code)
      // All of it is done before the store may go away.
      if (isRefused && !store.isAway) await eventually(() => expect(isErased()).toBe(true))
    } else if (act.kind === 'over http') {
      decide(act.granted)
      await recordings.consent({ tenant: 'acme', id: session }, act.granted).catch(() => {})
    } else if (act.kind === 'store') store.isAway = !store.isAway
    else if (act.kind === 'join') all.push(await join(boss, 'listener'))
    else if (act.kind === 'take over') {
      controller.say({ type: 'take-over' })
      ;[speaker, controller] = [controller, speaker]
      person = person === ana ? boss : ana
    } else {
      const resume = tokenOf(speaker)
      speaker.cut()
      speaker = await open(person, { resume })
      all.push(speaker)
    }
    for (const socket of all)
      if (socket.readyState === 1) await eventually(() => expect(told(socket).at(-1)).toEqual(expected()))
  }
  for (const socket of all) {
    const states = told(socket).map(({ state }) => state)
    if (states.includes('off')) expect(new Set(states.slice(states.indexOf('off')))).toEqual(new Set(['off']))
  }
  store.isAway = false
  recordings.start()
  await clock.advance(5_000)
  speaker.say({ type: 'bye' })
  // Of a yes files are made, as far as there was any sound.
  const isKept = said.yes && !said.no
  const over = isKept ? ['ready', 'failed'] : ['deleted']
  await eventually(() => expect(over).toContain(rows.get(session)?.status))
  if (!isKept) await eventually(() => expect(shelf.files.size).toBe(0))
  await recordings.close(AbortSignal.abort())
}

it('is one and the same to all devices whatever is said by whom and when, and a no stays a no', async () => {
  await fc.assert(fc.asyncProperty(acts, live), { numRuns: 10 })
})

import type { Device, PastEntry } from '@parley/protocol'
import { describe, expect, it } from 'vitest'
import { conversationStep, emptyConversation } from './conversation.js'
import { createVirtualPage, type FarEnd, readyMessage, type VirtualPage } from './testing/virtual-page.js'
import { createVoiceClient } from './voice-client.js'
import type { VoiceClientOptions } from './voice-types.js'

const join = { session: 'ses_1', as: 'controller' } as const
const frame = (name: number) => new Int16Array(320).fill(name)
const company: Device[] = [
  { id: 'dev_1', role: 'speaker', subject: 'ana', joinedAtMs: 0 },
  { id: 'dev_2', name: 'Kitchen tablet', role: 'controller', subject: 'ana', joinedAtMs: 8_200 },
]

function last(page: VirtualPage): FarEnd {
  const socket = page.sockets.at(-1)
  if (!socket) throw new Error('no socket was opened')
  return socket
}

function greet(page: VirtualPage, changes: Parameters<typeof readyMessage>[0] = {}): void {
  last(page).accept()
  last(page).say(readyMessage(changes))
}

async function joined(options: Partial<VoiceClientOptions> = { join }) {
  const page = createVirtualPage()
  const client = createVoiceClient({ url: 'https://gateway.test', environment: page.environment, ...options })
  const arrival = client.connect()
  greet(page, { resumeToken: '', device: 'dev_2', role: options.join?.as ?? 'speaker' })
  await arrival
  return { page, client }
}

const hello = (page: VirtualPage) => last(page).received[0]
const spoken = (page: VirtualPage) =>
  last(page).received.flatMap(each => (each instanceof Int16Array ? [each[0]] : []))

describe('a device of a conversation', () => {
  it('joins by the session, under its name, and says who is there', async () => {
    const { page, client } = await joined({ join: { ...join, hears: 'both' }, device: 'Kitchen tablet' })
    const seen: number[] = []
    client.on('devices', ({ devices }) => seen.push(devices.length))
    last(page).say({ type: 'devices', devices: company })
    expect(hello(page)).toMatchObject({ join: { ...join, hears: 'both' }, device: 'Kitchen tablet' })
    expect(hello(page)).not.toHaveProperty('resume')
    expect([client.role, seen]).toEqual(['controller', [2]])
  })

  it('joins again by itself when its socket is lost, as what it is by then', async () => {
    const { page, client } = await joined({ join: { ...join, as: 'listener' } })
    last(page).die(1006)
    await page.pass(250)
    greet(page, { resumeToken: '', role: 'listener' })
    expect(hello(page)).toMatchObject({ join: { session: 'ses_1', as: 'listener' } })
    const taken = client.takeOver()
    last(page).say({ type: 'role', role: 'speaker' })
    await taken
    last(page).die(1006)
    await page.pass(500)
    last(page).accept()
    expect(hello(page)).toMatchObject({ join: { session: 'ses_1', as: 'speaker' } })
    expect(client.state).toBe('reconnecting')
  })

  it('sends no sound until it has taken over, and then none of before', async () => {
    const { page, client } = await joined()
    client.sendAudio(frame(1))
    const taken = client.takeOver()
    client.sendAudio(frame(2))
    expect(spoken(page)).toEqual([])
    last(page).say({ type: 'role', role: 'speaker' })
    await taken
    client.sendAudio(frame(3))
    expect([client.role, spoken(page)]).toEqual(['speaker', [2, 3]])
    expect(last(page).received.filter(each => 'type' in each && each.type === 'take-over')).toHaveLength(1)
  })

  it('says again what did not arrive since it took over, by the token that came with it', async () => {
    const { page, client } = await joined()
    const taken = client.takeOver()
    last(page).say({ type: 'role', role: 'speaker', resumeToken: 'tok_9', receivedMs: 5_000 })
    await taken
    for (let i = 1; i <= 4; i++) client.sendAudio(frame(i))
    last(page).die(1006)
    await page.pass(250)
    greet(page, { resumeToken: 'tok_10', resumed: true, receivedMs: 5_040 })
    expect(hello(page)).toMatchObject({ resume: 'tok_9' })
    expect(spoken(page)).toEqual([3, 4])
  })

  it('asks once however often it is told to take over, and not at all where it has', async () => {
    const { page, client } = await joined()
    const both = Promise.all([client.takeOver(), client.takeOver()])
    last(page).say({ type: 'role', role: 'speaker' })
    await both
    await client.takeOver()
    expect(last(page).received.filter(each => 'type' in each && each.type === 'take-over')).toHaveLength(1)
  })

  it('stays what it is where it may not take over, or nobody answers', async () => {
    const { page, client } = await joined()
    const refused = client.takeOver()
    client.sendAudio(frame(1))
    last(page).say({ type: 'error', code: 'forbidden', message: 'Not yours.', fatal: false })
    await expect(refused).rejects.toMatchObject({ code: 'refused', details: { serverCode: 'forbidden' } })
    last(page).say({ type: 'pong', id: 1 })
    const unanswered = client.takeOver()
    unanswered.catch(() => {})
    await page.pass(5_000)
    await expect(unanswered).rejects.toMatchObject({ code: 'timeout' })
    last(page).say({ type: 'role', role: 'speaker' })
    expect(spoken(page)).toEqual([])
    const { client: other, page: otherPage } = await joined()
    const lost = other.takeOver()
    last(otherPage).die(1006)
    await expect(lost).rejects.toMatchObject({ code: 'connection-lost' })
    await expect(other.takeOver()).rejects.toMatchObject({ code: 'not-connected' })
    expect(other.role).toBe('controller')
  })

  it('says nothing more of sound and of what was heard once another has taken over', async () => {
    const { page, client } = await joined({})
    client.sendAudio(frame(1))
    last(page).say({ type: 'role', role: 'controller', by: 'dev_2' })
    client.sendAudio(frame(2))
    client.played('r1', 100)
    client.sendText('and I type')
    expect(spoken(page)).toEqual([1])
    expect(last(page).received.at(-1)).toMatchObject({ type: 'text' })
    last(page).die(1006)
    client.sendAudio(frame(3))
    await page.pass(250)
    greet(page, { resumeToken: '', role: 'controller', receivedMs: 0 })
    expect(hello(page)).toMatchObject({ join: { session: 'ses_1', as: 'controller' } })
    expect(spoken(page)).toEqual([])
  })

  it('neither types nor interrupts as a listener', async () => {
    const { page, client } = await joined({ join: { ...join, as: 'listener' } })
    let interrupting = 0
    client.on('interrupting', () => interrupting++)
    const notAllowed = expect.objectContaining({ code: 'not-allowed' })
    expect(() => client.sendText('hi')).toThrowError(notAllowed)
    expect(() => client.commit()).toThrowError(notAllowed)
    await expect(client.interrupt()).rejects.toEqual(notAllowed)
    expect([interrupting, last(page).received.length]).toEqual([0, 2])
  })

  it('gives up where the conversation it joined is over', async () => {
    const { page, client } = await joined()
    last(page).die(1006)
    await page.pass(250)
    last(page).accept()
    last(page).say({ type: 'error', code: 'not_found', message: 'It is over.', fatal: true })
    last(page).die(4404)
    expect([client.state, page.sockets.length]).toEqual(['failed', 2])
  })

  it('comes back beside the others where it was taken over while it was away', async () => {
    const { page, client } = await joined({})
    last(page).say(readyMessage())
    last(page).say({ type: 'devices', devices: company })
    last(page).die(1006)
    await page.pass(250)
    last(page).accept()
    expect(hello(page)).toMatchObject({ resume: 'tok_1' })
    last(page).say({ type: 'error', code: 'resume_failed', message: 'No.', fatal: true })
    await page.pass(500)
    last(page).accept()
    expect(hello(page)).toMatchObject({ join: { session: 'ses_1', as: 'controller' } })
    last(page).say({ type: 'error', code: 'not_found', message: 'Over.', fatal: true })
    await page.pass(1_000)
    last(page).accept()
    expect(hello(page)).not.toHaveProperty('join')
    last(page).say(readyMessage({ session: 'ses_2' }))
    expect([client.role, client.ready?.session]).toEqual(['speaker', 'ses_2'])
  })
})

describe('the conversation of a device that joined late', () => {
  const user = (turn: string, text = turn): PastEntry => ({
    kind: 'user',
    turn,
    text,
    origin: 'speech',
    atMs: 0,
  })
  const agent = (reply: string): PastEntry => ({
    ...{ kind: 'agent', turn: 't', reply, said: `${reply} said`, heard: reply, interrupted: true, atMs: 0 },
  })
  const history = (...entries: PastEntry[]) => ({ type: 'history', entries, truncated: false }) as const
  const ids = (conversation: typeof emptyConversation) =>
    conversation.entries.map(each => (each.kind === 'user' ? each.turn : each.reply))

  it('is filled from the history', () => {
    const filled = conversationStep(emptyConversation, history(user('t1', 'Hello?'), agent('r1')))
    expect(filled.entries).toMatchObject([
      { kind: 'user', text: 'Hello?', final: true, origin: 'speech' },
      { kind: 'agent', outcome: { said: 'r1 said', heard: 'r1', interrupted: true } },
    ])
    expect(conversationStep(emptyConversation, history()).entries).toEqual([])
  })

  it('repeats nothing when it is told again, and forgets nothing', () => {
    const ready = readyMessage({ role: 'listener' })
    let now = conversationStep(emptyConversation, ready)
    now = conversationStep(now, history(user('t1'), agent('r1')))
    now = conversationStep(now, {
      type: 'transcript-final',
      atMs: 0,
      turn: 't2',
      text: 'live',
      origin: 'text',
      startMs: 0,
      endMs: 0,
    })
    now = conversationStep(now, { type: 'reply-words', atMs: 0, reply: 'r2', text: 'So ', untilMs: 10 })
    now = conversationStep(now, { ...ready, resumed: false })
    now = conversationStep(now, history(user('t1'), agent('r1'), user('t2'), agent('r2'), user('t3')))
    expect(ids(now)).toEqual(['t1', 'r1', 't2', 'r2', 't3'])
    expect(now.entries[3]).toMatchObject({ words: [{ text: 'So ' }], outcome: { said: 'r2 said' } })
  })

  it('keeps what is older than the history goes back, and what is under way, in their places', () => {
    let now = conversationStep(emptyConversation, history(user('t1'), agent('r1')))
    now = conversationStep(now, { type: 'transcript-partial', atMs: 0, turn: 't9', text: 'and' })
    now = conversationStep(now, history(agent('r1'), user('t8')))
    expect(ids(now)).toEqual(['t1', 'r1', 't8', 't9'])
    expect(ids(conversationStep(now, history(user('t20'))))).toEqual(['t1', 'r1', 't8', 't20', 't9'])
  })

  it('is bounded', () => {
    const long = Array.from({ length: 600 }, (_, i) => user(`t${i}`))
    expect(conversationStep(emptyConversation, history(...long)).entries).toHaveLength(500)
  })
})

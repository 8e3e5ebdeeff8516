import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesOf, eventOf, replyId, type Stage, startStage, tone } from '../harness.test.support.js'
import { createGatewayIdentity } from './gateway-identity.js'
import { type SealedClient, sealClient } from './sealed-client.test-kit.js'

const identity = createGatewayIdentity(new Uint8Array(32).fill(5))
const hello = { type: 'hello', version: 1 }

describe('a sealed voice socket', () => {
  let stage: Stage
  const setUp = async (encryption = {}) => {
    stage = await startStage({}, { encryption: { identity, required: false, ...encryption } })
  }
  beforeEach(() => setUp())
  afterEach(() => stage.close())

  async function sealed(): Promise<SealedClient> {
    const { socket } = await stage.connect()
    return sealClient(socket)
  }

  async function talking() {
    const client = await sealed()
    client.send(hello)
    await client.until('ready')
    const session = stage.host.sessions.at(-1)
    if (session === undefined) throw new Error('No session was opened.')
    return { client, session }
  }

  const closed = ({ socket }: SealedClient) =>
    new Promise<number>(resolve => socket.on('close', code => resolve(code)))

  /** The gateway has acted upon all that was sent before. */
  async function settled(client: SealedClient, id = 1): Promise<void> {
    client.send({ type: 'ping', id })
    while (!client.opened.some(({ bytes }) => String(bytes) === `{"type":"pong","id":${id}}`))
      await new Promise<void>(resolve => client.socket.once('message', () => resolve()))
  }

  it('signs its handshake with the key of the gateway', async () => {
    expect((await sealed()).signatureHolds).toBe(true)
  })

  it('carries words and sound both ways, and shows neither', async () => {
    const { client, session } = await talking()
    const spoken = tone(320, 16_000)
    const played = tone(480, 24_000, 99)
    client.send({ type: 'text', text: 'a secret question' })
    client.send(bytesOf(spoken))
    await settled(client)
    expect(session.calls).toEqual(['text a secret question'])
    expect(session.frames[0]?.samples).toEqual(spoken)
    session.transport.send(
      eventOf({ kind: 'transcript-partial', atMs: 1, turn: 'trn_1', text: 'a secret answer' }),
    )
    session.transport.play({ samples: played, rate: 24_000, atMs: 0 }, replyId('rpl_1'))
    expect(await client.untilSound()).toEqual(bytesOf(played))
    expect(await client.until('transcript-partial')).toMatchObject({ text: 'a secret answer' })
    client.send({ type: 'consent', granted: false })
    expect(await client.until('recording')).toEqual({ type: 'recording', state: 'off' })
    const seen = Buffer.concat(client.wire)
    for (const secret of ['secret', 'tok_1', 'ses_1', 'ready', 'transcript', 'recording']) {
      expect(seen.includes(secret), secret).toBe(false)
    }
    expect(seen.includes(bytesOf(played).subarray(100, 116))).toBe(false)
  })

  it('keeps what is sent before `ready`', async () => {
    const client = await sealed()
    let open = () => {}
    stage.host.gate = new Promise(resolve => {
      open = resolve
    })
    client.send(hello)
    client.send({ type: 'text', text: 'early' })
    open()
    await settled(client)
    expect(stage.host.sessions[0]?.calls).toEqual(['text early'])
  })

  it('drops what does not open, tells of it once, and goes on', async () => {
    const { client, session } = await talking()
    const changed = client.seal({ type: 'text', text: 'changed' })
    changed[5] = (changed[5] ?? 0) ^ 1
    client.socket.send(changed)
    client.socket.send(JSON.stringify({ type: 'text', text: 'put in from outside' }))
    const once = client.seal({ type: 'text', text: 'once' })
    client.socket.send(once)
    client.socket.send(once)
    await settled(client)
    expect(session.calls).toEqual(['text once'])
    const errors = client.opened.filter(({ bytes }) => String(bytes).includes('bad_seal'))
    expect(errors).toHaveLength(1)
    client.socket.close(1000)
    await session.closed
    expect(stage.log.at(-1)?.facts).toMatchObject({ seal: { unopened: 3, missing: 1 } })
  })

  it('closes after many in a row that do not open, and the session waits for a resume', async () => {
    const { client, session } = await talking()
    const end = closed(client)
    for (let i = 0; i < 10; i++) client.socket.send(Buffer.alloc(40))
    expect(await end).toBe(1008)
    expect(await session.closed).toBe('lost')
  })

  it('has keys of its own after a resume: what was sealed for the last one does not open', async () => {
    const { client: first } = await talking()
    const { resumeToken } = await first.until('ready')
    const old = first.seal({ type: 'text', text: 'old' })
    first.socket.terminate()
    const second = await sealed()
    second.send({ ...hello, resume: resumeToken })
    expect(await second.until('ready')).toMatchObject({ resumed: true })
    second.socket.send(old)
    await settled(second)
    expect(stage.host.sessions.at(-1)?.calls).toEqual([])
  })

  it('is given up for a new one once its counters are used up', async () => {
    await stage.close()
    await setUp({ framesPerKey: 2 })
    const { client, session } = await talking()
    const end = closed(client)
    client.send({ type: 'ping', id: 1 })
    client.send({ type: 'ping', id: 2 })
    expect(await end).toBe(1001)
    expect(await session.closed).toBe('lost')
  })

  it.each([
    ['no key', { type: 'encrypt', version: 1 }],
    ['a version to come', { type: 'encrypt', version: 2, key: 'A'.repeat(43) }],
    ['a key that leads to no secret', { type: 'encrypt', version: 1, key: 'A'.repeat(43) }],
    ['a key with bits to spare', { type: 'encrypt', version: 1, key: `${'A'.repeat(42)}B` }],
  ])('refuses an `encrypt` with %s', async (_name, message) => {
    const client = await stage.connect()
    client.send(message)
    expect(await client.next('error')).toMatchObject({ code: 'bad_message', fatal: true })
    expect((await client.closed).code).toBe(4400)
  })

  it('refuses a second `encrypt`, and one after `hello`', async () => {
    const client = await sealed()
    const end = closed(client)
    client.send({ type: 'encrypt', version: 1, key: 'B'.repeat(42).concat('A') })
    expect(await end).toBe(4400)
    const { client: plain } = await stage.talk()
    plain.send({ type: 'encrypt', version: 1, key: 'B'.repeat(42).concat('A') })
    expect(await plain.next('error')).toMatchObject({ code: 'bad_message', fatal: false })
  })

  it('is not asked of clients that know nothing of it', async () => {
    const { client } = await stage.talk()
    await client.settle()
    expect(client.binary).toEqual([])
  })

  it('is asked of all where the gateway requires it', async () => {
    await stage.close()
    await setUp({ required: true })
    const plain = await stage.connect()
    plain.send(hello)
    expect(await plain.next('error')).toMatchObject({ code: 'encryption_required', fatal: true })
    expect((await plain.closed).code).toBe(4403)
    expect(stage.host.sessions).toEqual([])
    await talking()
  })
})

import { randomBytes } from 'node:crypto'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  mountSmallDisk,
  type SmallDisk,
  whyNoSmallDisk,
} from '../../packages/platform/dist/store/small-disk.test.helper.js'
import { terseAgent, writeAgent } from './support/agent-file.js'
import { makeDataFolders } from './support/data-folder.js'
import { recording } from './support/human-speech.js'
import { type ParleyProcess, parley, root, startParley } from './support/parley-process.js'
import { temporaryFolder } from './support/temporary-folder.js'
import { VoiceCaller } from './support/voice-caller.js'

let newFolder: (into?: string) => string
let gateway: ParleyProcess
beforeAll(async () => {
  newFolder = await makeDataFolders()
  const env = { PARLEY_AGENT: writeAgent() }
  gateway = await startParley({ dataDir: newFolder(), env })
})
afterAll(async () => {
  expect(await gateway.stop()).toBe(0)
})

/** One sentence to a person: a single line that says what is wrong, and nothing of our insides. */
function sentence(err: string): string {
  const lines = err.trim().split('\n')
  expect(lines).toHaveLength(1)
  expect(err).not.toMatch(/\n\s+at |undefined|\[object/)
  return lines[0] ?? ''
}

const human = readFileSync(join(root, 'fixtures/audio/clips/alsa-front-center.wav'))

function header(sampleRate: number, claimedBytes: number): Buffer {
  const bytes = Buffer.alloc(44)
  bytes.write('RIFF', 0)
  bytes.writeUInt32LE(Math.min(claimedBytes + 36, 0xffffffff), 4)
  bytes.write('WAVEfmt ', 8)
  bytes.writeUInt32LE(16, 16)
  bytes.writeUInt16LE(1, 20)
  bytes.writeUInt16LE(1, 22)
  bytes.writeUInt32LE(sampleRate, 24)
  bytes.writeUInt32LE((sampleRate * 2) % 2 ** 32, 28)
  bytes.writeUInt16LE(2, 32)
  bytes.writeUInt16LE(16, 34)
  bytes.write('data', 36)
  bytes.writeUInt32LE(claimedBytes, 40)
  return bytes
}

function fileOf(bytes: Buffer, sizeBytes = bytes.length): string {
  const path = join(temporaryFolder(), 'call.wav')
  writeFileSync(path, bytes)
  truncateSync(path, sizeBytes)
  return path
}

describe.concurrent('a recording that is none', () => {
  it.each([
    ['MP3 bytes', fileOf(Buffer.from('ID3\x04\0\0\0\0\0\0'), 4_000), 'This is MP3; convert it to a WAV'],
    ['text', fileOf(Buffer.from('Call me back tomorrow.\n')), 'This is not a WAV'],
    ['nothing at all', fileOf(Buffer.alloc(0)), 'This is not a WAV'],
    ['a WAV cut off in its header', fileOf(human, 20), 'The format chunk of the WAV is too short'],
    ['a WAV of 0 samples', fileOf(header(16_000, 0)), 'The WAV holds no sound'],
    ['a WAV at 4 kHz', fileOf(header(4_000, 8_000), 8_044), 'The WAV has 4000 Hz; 8000–192000 Hz are read'],
    ['a WAV at 4 GHz', fileOf(header(4e9, 8_000), 8_044), 'The WAV has 4000000000 Hz'],
    [
      'a WAV that truly has 4 GB',
      fileOf(header(16_000, 0xfffffff0), 2 ** 32),
      'The WAV has 4294967296 bytes',
    ],
    ['a file that is not there', '/nowhere/call.wav', 'does not exist; check the path'],
  ])('is refused with one sentence and 2: %s', async (_, file, says) => {
    const { code, out, err } = await parley(['talk', file, '--url', gateway.url])
    expect(sentence(err)).toContain(`${file}`)
    expect(err).toContain(says)
    expect({ code, out }).toEqual({ code: 2, out: '' })
  })

  it('is spoken as far as it goes where its header promises more, and that is said', async () => {
    const cut = await parley(['talk', fileOf(human, 20_000), '--url', gateway.url, '--wait', '1s'])
    expect(cut.err).toMatch(/warning: .*call\.wav ends before its header says; the \d+ ms that are there/)
    expect(cut.out).toContain('Yes?')
    const lying = Buffer.concat([header(16_000, 0xfffffff0), Buffer.alloc(3_200)])
    const { code, err } = await parley(['talk', fileOf(lying), '--url', gateway.url, '--wait', '1s'])
    expect(sentence(err)).toContain('The gateway heard no words')
    expect(code).toBe(1)
  })
})

describe('a hello', () => {
  it.each([
    ['a rate of 4 kHz', { input: { codec: 'pcm16', sampleRate: 4_000 } }, 'input.sampleRate'],
    ['a rate of 192 kHz', { output: { codec: 'pcm16', sampleRate: 192_000 } }, 'output.sampleRate'],
    ['a rate Opus does not have', { input: { codec: 'opus', sampleRate: 44_100 } }, 'input.sampleRate'],
    ['an unknown codec', { input: { codec: 'mp3', sampleRate: 16_000 } }, 'input.codec'],
  ])(
    'with %s is answered by an error that names the field, then closed with 4400',
    async (_, hello, named) => {
      const caller = await VoiceCaller.connect(gateway.url, hello)
      expect(await caller.next('error')).toMatchObject({
        code: 'bad_message',
        fatal: true,
        message: expect.stringContaining(`\`${named}\` of \`hello\``),
      })
      expect(await caller.closed()).toBe(4400)
    },
  )
})

describe('garbage', () => {
  it('in JSON ends a session when three come in a row, not when two do', async () => {
    const caller = await VoiceCaller.call(gateway.url)
    for (const rubbish of ['{"type":', '[]']) caller.sendRaw(rubbish)
    caller.send({ type: 'ping', id: 1 })
    await caller.next('pong')
    for (const rubbish of ['\u0000', '{"type":"sing"}']) caller.sendRaw(rubbish)
    caller.send({ type: 'ping', id: 2 })
    await caller.next('pong', ({ id }) => id === 2)
    expect(caller.of('error').map(({ code, fatal }) => [code, fatal])).toEqual(
      Array.from({ length: 4 }, () => ['bad_message', false]),
    )
    for (const rubbish of ['1', 'null', '"x"']) caller.sendRaw(rubbish)
    expect(await caller.closed()).toBe(1008)
    expect(caller.of('error').at(-1)).toMatchObject({ code: 'bad_message', fatal: true })
  })

  it('of 2 GB in a frame is refused by its header alone, with 1009, and costs no memory', async () => {
    const { hostname, port } = new URL(gateway.url)
    const memory = async () => {
      const metrics = await (await fetch(`${gateway.url}/metrics`)).text()
      return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1])
    }
    const before = await memory()
    const socket = connect(Number(port), hostname)
    const key = randomBytes(16).toString('base64')
    const lines = ['GET /v1/voice HTTP/1.1', `Host: ${hostname}:${port}`, 'Upgrade: websocket']
    lines.push('Connection: Upgrade', `Sec-WebSocket-Key: ${key}`, 'Sec-WebSocket-Version: 13', '', '')
    socket.write(lines.join('\r\n'))
    await new Promise(resolve => socket.once('data', resolve))
    const frame = Buffer.alloc(14)
    frame.writeUInt8(0x82, 0)
    frame.writeUInt8(0xff, 1)
    frame.writeBigUInt64BE(2n ** 31n, 2)
    socket.write(frame)
    const received: Buffer[] = []
    socket.on('data', data => received.push(data))
    await new Promise(resolve => socket.once('close', resolve))
    const answer = Buffer.concat(received)
    const close = answer.indexOf(0x88)
    expect(answer.readUInt16BE(close + 2)).toBe(1009)
    expect((await memory()) - before).toBeLessThan(64 * 2 ** 20)
    expect(await (await fetch(`${gateway.url}/ready`)).json()).toEqual({ ready: true, reasons: [] })
  })
})

describe.concurrent('an agent file', () => {
  const broken: [string, string, RegExp][] = [
    ['is not YAML', terseAgent.replace('[tell me', '[[tell me'), /agent\.yaml:\d+:\d+: YAML: /],
    ['has a grammar that does not parse', terseAgent.replace('[tell', '["(tell'), /agent\.yaml:\d+:\d+: /],
    [
      'has a phrase that does not parse',
      terseAgent.replace('[what are your hours]', '["what are (your | hours"]'),
      /agent\.yaml:9:\d+: "\(" is not closed; add "\)"/,
    ],
    ['lacks a key', terseAgent.replace('greeting', 'greetings'), /agent\.yaml:1:1: "greeting" is missing/],
  ]
  it.each(broken)(
    'that %s is named with line and column by the check and at the start',
    async (_, text, says) => {
      const file = writeAgent(text)
      const checked = await parley(['agent', 'check', file])
      expect(checked.err).toMatch(says)
      expect(checked).toMatchObject({ code: 2, out: '' })
      const env = { PARLEY_AGENT: file, PARLEY_DATA_DIR: join(newFolder(), 'data'), PORT: '0' }
      const started = await parley(['start'], env)
      expect(started.err).toContain(checked.err)
      expect(started.code).toBe(2)
    },
  )

  it('with words nobody can pronounce tells the caller which, who can still type', async () => {
    const text = terseAgent.replace('what are your hours', 'zzgrmpf')
    const other = await startParley({ dataDir: newFolder(), env: { PARLEY_AGENT: writeAgent(text) } })
    const caller = await VoiceCaller.call(other.url)
    await caller.speak((await recording('en-hello')).samples, 1_000)
    expect(await caller.next('warning')).toMatchObject({
      code: 'bad_grammar',
      message: expect.stringContaining('"zzgrmpf"'),
    })
    const from = caller.messages.length
    caller.send({ type: 'text', text: 'zzgrmpf' })
    expect(
      (await caller.next('reply-ended', ({ said }) => said.startsWith('We are open'), from)).said,
    ).toContain('nine to five')
    await caller.hangUp()
    expect(await other.stop()).toBe(0)
  })
})

describe('a start', () => {
  it('on a port in use says which and what to set, with 1', async () => {
    const { port } = new URL(gateway.url)
    const { code, err } = await parley(['start'], {
      PORT: port,
      PARLEY_DATA_DIR: join(newFolder(), 'data'),
    })
    expect(sentence(err)).toBe(
      `parley: Port ${port} of 127.0.0.1 is in use; stop the process that listens there or set PORT to a free port.`,
    )
    expect(code).toBe(1)
  })

  it('on an extra port in use names that setting, and leaves nothing open', async () => {
    const { port } = new URL(gateway.url)
    const dataDir = newFolder()
    const { code, err } = await parley(['start'], {
      PORT: '0',
      VOICE_WS_PORT: port,
      PARLEY_DATA_DIR: join(dataDir, 'data'),
    })
    expect(sentence(err)).toContain('or set VOICE_WS_PORT to a free port.')
    expect(code).toBe(1)
  })

  it('on a data folder of another process names the process, with 1, and does it no harm', async () => {
    const held = join(gateway.dataDir, 'data')
    for (const command of [['start'], ['db', 'migrate'], ['demo', '--once']]) {
      const { code, err } = await parley(command, { PORT: '0', PARLEY_DATA_DIR: held })
      expect(sentence(err)).toContain(`The data folder ${held} is held by process ${gateway.child.pid} on `)
      expect(err).toContain('stop it or set another PARLEY_DATA_DIR.')
      expect(code).toBe(1)
    }
    const caller = await VoiceCaller.call(gateway.url)
    caller.send({ type: 'text', text: 'still here' })
    await caller.next('transcript-final', ({ text }) => text === 'still here')
    await caller.hangUp()
  })
})

const noDisk = whyNoSmallDisk()
if (noDisk !== undefined) process.stderr.write(`Skipped the test of a full disk: ${noDisk}.\n`)

describe.skipIf(noDisk !== undefined)('a full disk', { timeout: 60_000 }, () => {
  let disk: SmallDisk
  beforeAll(() => {
    disk = mountSmallDisk(160)
  })
  afterAll(() => disk.remove())

  it('is told to the caller, who goes on talking; what was announced stays, the rest comes once there is room', async () => {
    const env = { PARLEY_AGENT: writeAgent() }
    let full = await startParley({ dataDir: newFolder(disk.folder), env })
    const caller = await VoiceCaller.call(full.url)
    const { session } = await caller.next('ready')
    const typed: string[] = []
    const type = () => {
      const text = `${typed.length} ${randomBytes(2_900).toString('base64')}`
      typed.push(text)
      caller.send({ type: 'text', text })
    }
    type()
    await caller.next('transcript-final')
    disk.fillUpTo(200_000)
    const typing = setInterval(type, 20)
    expect(await caller.next('warning')).toMatchObject({
      code: 'store_full',
      message: expect.stringContaining('The disk is full; free some space.'),
    })
    clearInterval(typing)
    const from = caller.messages.length
    caller.send({ type: 'text', text: 'what are your hours' })
    await caller.next('reply-sent', () => true, from)
    const announcedWhileFull = caller.of('transcript-final').length
    expect(announcedWhileFull).toBeLessThanOrEqual(typed.length)

    disk.empty()
    await caller.next('transcript-final', ({ text }) => text === 'what are your hours')
    await caller.next('reply-ended', ({ said }) => said.startsWith('We are open'))
    expect(caller.of('transcript-final').map(({ text }) => text)).toEqual([...typed, 'what are your hours'])
    await caller.hangUp()
    expect(await full.stop()).toBe(0)

    full = await startParley({ dataDir: disk.folder, env, brief: true })
    const stored = await (await fetch(`${full.url}/api/sessions/${session}`)).json()
    const texts = stored.turns.map((turn: { user?: { text: string } }) => turn.user?.text)
    expect(texts).toEqual(expect.arrayContaining([...typed, 'what are your hours']))
    expect(await full.stop()).toBe(0)
  })
})

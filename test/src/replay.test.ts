import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { recording } from './support/human-speech.js'
import { parley, startParley } from './support/parley-process.js'
import { temporaryFolder } from './support/temporary-folder.js'
import { VoiceCaller } from './support/voice-caller.js'

/** A caller with a human voice asks, interrupts the answer, and asks again. Returns the file of the recording. */
async function record(env: Readonly<Record<string, string>>): Promise<string> {
  const folder = temporaryFolder()
  const gateway = await startParley({ env: { PARLEY_SESSION_LOG: folder, ...env } })
  const caller = await VoiceCaller.call(gateway.url, {})
  const { reply } = await caller.next('reply-started')
  await caller.next('reply-ended', message => message.reply === reply)
  const { samples } = await recording('en-info-about-last-call')
  let from = caller.messages.length
  await caller.speak(samples, 1_500)
  await caller.next('reply-started', () => true, from)
  from = caller.messages.length
  await caller.speak((await recording('en-cannot-complete-as-dialed')).samples, 2_000)
  await caller.next('reply-ended', () => true, from)
  await caller.hangUp()
  expect(await gateway.stop()).toBe(0)
  const [file = 'none'] = readdirSync(folder)
  return join(folder, file)
}

describe('a recorded call', { timeout: 120_000 }, () => {
  let log = ''
  let silent = ''
  // Both are spoken in real time, so they may as well be spoken together.
  beforeAll(async () => {
    ;[log, silent] = await Promise.all([record({ PARLEY_SESSION_LOG_AUDIO: 'true' }), record({})])
  }, 120_000)

  it('with a human voice replays to the same digest, and shows what was said and decided', async () => {
    const { code, out, err } = await parley(['replay', log])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/The same: \d+ decisions, \d+ events, \d+ frames, SHA-256 [0-9a-f]{64}/)
    expect(out).toContain('“information about your last call”')
    expect(out).toMatch(/turn over after \d+ ms of silence/)

    const asJson = await parley(['replay', log, '--json'])
    expect(JSON.parse(asJson.out)).toMatchObject({ same: true, sound: true, redacted: false })

    const policy = join(temporaryFolder(), 'policy.yaml')
    writeFileSync(policy, 'judge:\n  claimMs: 5000\n  maxMs: 6000\nbargeIn: none\n')
    const other = await parley(['replay', log, '--with', policy])
    expect(other).toMatchObject({ code: 1, err: '' })
    expect(other.out).toMatch(/^- .*(duck|barge-in)/m)
    expect(other.out).toContain('The loop is open')

    writeFileSync(policy, '{}\n')
    expect(await parley(['replay', log, '--with', policy])).toMatchObject({ code: 0 })
    writeFileSync(policy, 'judge:\n  claimMS: 5000\n')
    const wrong = await parley(['replay', log, '--with', policy])
    expect(wrong.code).toBe(2)
    expect(wrong.err).toMatch(/claimMS.*claimMs/)
  })

  it('is recorded without sound and words where nothing else is said, and replays to the same digest', async () => {
    const text = readFileSync(silent, 'utf8')
    expect(text).not.toContain('information')
    expect(text).not.toContain('"pcm"')
    const { code, out } = await parley(['replay', silent])
    expect(out).toContain('The same:')
    expect(code).toBe(0)
  })

  it('that is cut short, bent or of another format is refused with a reason', async () => {
    const text = readFileSync(log, 'utf8')
    const bad = join(temporaryFolder(), 'bad.ndjson')
    const refuse = async (content: string, reason: RegExp) => {
      writeFileSync(bad, content)
      const { code, err } = await parley(['replay', bad])
      expect(err).toMatch(reason)
      expect(code).toBe(2)
    }
    await refuse('', /is no session log/)
    await refuse('hello\n', /is no session log/)
    await refuse(
      text.slice(0, text.length / 2),
      /:\d+ is no whole line of a session log|ends without its last line/,
    )
    await refuse(text.replace(/\n.*\n$/, '\n'), /ends without its last line/)
    await refuse(
      text.replace('"format":1', '"format":99'),
      /has format 99, and this Parley reads 1.*Parley \d/,
    )
    await refuse(text.replace('"dropped":0', '"dropped":3'), /lacks 3 entries/)
    expect(await parley(['replay', join(temporaryFolder(), 'none')])).toMatchObject({ code: 2 })
  })
})

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRedactor, type SessionSnapshot, turnTaking, turnWordsOf } from '@parley/core'
import { createThresholdEar, SimConversation, type SimReply } from '@parley/sim'
import { afterAll, expect, it } from 'vitest'
import { replayFile } from './replay-file.js'
import { createSessionLogFile } from './session-log-file.js'

const folder = mkdtempSync(join(tmpdir(), 'parley-going-on-'))
afterAll(() => rmSync(folder, { recursive: true }))

const answer = (text: string): SimReply => ({
  thinkMs: 50,
  paceMs: 10,
  words: text.split(' ').map(word => ({ text: word, ms: 200 })),
})

const from = {
  session: 'ses_1',
  language: 'en',
  atMs: 61_000,
  history: [{ role: 'user', turn: 'trn_7', text: 'is Müller in today', atMs: 55_000 }],
  reply: {
    turn: { id: 'trn_7', origin: 'speech', text: 'is Müller in today' },
    reply: 'rpl_9',
    heard: 'Doctor Müller is',
    heardMs: 700,
    rest: 'in until 5',
    made: false,
    state: { at: 'doctors' },
  },
} as unknown as SessionSnapshot

it.each([{ redacted: false }, { redacted: true }])(
  'a session that went on is replayed alike, redacted: $redacted',
  async ({ redacted }) => {
    const path = join(folder, `${redacted}.ndjson`)
    let draws = 0
    const log = createSessionLogFile({
      path,
      version: '0.0.0-test',
      keepsSound: !redacted,
      ...(redacted
        ? {
            redactor: ({ language }) =>
              createRedactor({ words: turnWordsOf(language), draw: limit => draws++ % limit }),
          }
        : {}),
      dropped: error => expect.fail(`dropped: ${String(error)}`),
    })
    const talk = await SimConversation.start({
      log,
      goesOnFrom: from,
      turnTaking: held => turnTaking(held, 'en'),
      answer: () => answer('and tomorrow from nine'),
      say: answer,
      recognise: () => ({ text: 'thank you', delayMs: 100 }),
    })
    await talk.silence(3_000)
    await talk.speak(600)
    await talk.silence(3_000)
    await Promise.all([talk.session.end('client'), talk.silence(100)])
    await log.closed
    const verdict = await replayFile(path, redacted ? {} : { ear: () => createThresholdEar() })
    expect(verdict.difference).toBeUndefined()
    expect(verdict).toMatchObject({ same: true, replayed: verdict.recorded })
    expect(talk.of('reply-ended').map(({ said }) => said)).toContain('in until 5 and tomorrow from nine')
    if (redacted) expect(readFileSync(path, 'utf8')).not.toMatch(/Müller|doctors/)
  },
)

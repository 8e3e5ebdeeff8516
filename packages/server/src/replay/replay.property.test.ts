import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRedactor, type ReplyPart, turnTaking, turnWordsOf } from '@parley/core'
import {
  converse,
  createThresholdEar,
  inventWorld,
  type SimConversationOptions,
  seededRandom,
} from '@parley/sim'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { replayFile } from './replay-file.js'
import { createSessionLogFile } from './session-log-file.js'

/** More worlds for a longer look: `PARLEY_PROPERTY_RUNS=5000`. */
const RUNS = Number(process.env.PARLEY_PROPERTY_RUNS ?? 40)

const folder = mkdtempSync(join(tmpdir(), 'parley-replay-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Words that decide, numbers, names, accents, hyphens and marks. */
const vocabulary =
  "wait stop mm-hmm yeah okay no problem one moment hold on I want to book a table for two five five oh 4711 café señor Müller uh-huh what's nooo but Thursday, really? Ångström x 7".split(
    ' ',
  )

const said = (random: () => number) =>
  Array.from(
    { length: 1 + Math.floor(random() * 5) },
    () => vocabulary[Math.floor(random() * vocabulary.length)],
  ).join(' ')

interface Kept {
  readonly sound: boolean
  readonly redacted: boolean
}

let files = 0

/** Records a random conversation with all that may go wrong in it. */
async function record(seed: number, { sound, redacted }: Kept): Promise<string> {
  files += 1
  const path = join(folder, `${files}.ndjson`)
  const random = seededRandom(seed + 1)
  const log = createSessionLogFile({
    path,
    version: '0.0.0-test',
    keepsSound: sound,
    capacity: 1_000_000,
    ...(redacted
      ? {
          redactor: ({ language }) =>
            createRedactor({ words: turnWordsOf(language), draw: limit => Math.floor(random() * limit) }),
        }
      : {}),
    dropped: error => expect.fail(`dropped: ${String(error)}`),
  })
  const world = inventWorld(seed)
  const policy: NonNullable<SimConversationOptions['policy']> = {
    bargeIn: random() < 0.3 ? 'words' : 'any',
    speculation: { perTurn: world.prepare ? 3 : 0, wastedMsPerMinute: 20_000 },
    deadAir: {
      fillers: random() < 0.5 ? ['let me look'] : [],
      fillerAfterMs: 300,
      prompts: random() < 0.5 ? ['are you there'] : [],
      promptAfterMs: 5_000,
      goodbye: 'goodbye then',
    },
  }
  const taking = turnTaking(
    {
      endpoint: { minMs: 220, maxMs: 1_200, confidence: 0.85, vendor: 'evidence' },
      bargeIn: policy.bargeIn ?? 'any',
      judge: { holdMs: 160, claimMs: 650, wordsMs: 200, maxMs: 1_500, minWords: 2 },
      dtmf: 'interrupt',
      speculation: { perTurn: 3, wastedMsPerMinute: 20_000 },
      deadAir: { fillers: [], fillerAfterMs: 300, prompts: [], promptAfterMs: 5_000, goodbye: '' },
    },
    'en',
  )
  let writes = 0
  await converse(world, {
    log,
    policy,
    ...taking,
    recognise: () =>
      random() < 0.7 ? { text: said(random), delayMs: Math.floor(random() * 900) } : undefined,
    taps: [
      {
        name: 'broken',
        event: ({ kind }) => {
          if (kind === 'reply-ended' && seed % 5 === 0) throw new Error('the tap broke')
        },
      },
    ],
    journal: {
      write: async () => {
        writes += 1
        if (seed % 3 === 0 && writes % 7 === 0) throw new Error('disk of Ada is slow')
      },
    },
    around: engine => ({
      async connect(call) {
        const link = await engine.connect(call)
        return {
          ...link,
          async *reply(turn, signal) {
            yield { kind: 'state', state: { secret: 'token-1234' } }
            if (random() < 0.2) yield { kind: 'barge-in', allow: random() < 0.5 ? 'none' : 'words' }
            // Words that end in the middle, at another rate than the session's.
            for await (const part of link.reply(turn, signal)) {
              if (part.kind === 'words') yield { kind: 'words', text: part.text.slice(0, 1) }
              yield part.kind === 'words' ? { ...part, text: part.text.slice(1) } : slower(part)
            }
            if (random() < 0.1) yield { kind: 'action', action: { name: 'note', data: { name: 'Ada' } } }
          },
          async *say(text) {
            if (random() < 0.2) throw new Error('no voice today')
            yield { kind: 'words', text: `${text} ` }
            yield { kind: 'audio', samples: new Int16Array(8_000).fill(900), rate: 16_000 }
          },
          heard(heard) {
            link.heard(heard)
            if (seed % 11 === 0 && !heard.complete) throw new Error('far memory lost')
          },
        }
      },
    }),
  })
  await log.closed
  return path
}

function slower(part: ReplyPart): ReplyPart {
  return part.kind === 'audio' ? { ...part, rate: 24_000 } : part
}

const replay = (path: string) => replayFile(path, { ear: () => createThresholdEar() })

const ways: readonly (readonly [string, Kept])[] = [
  ['with sound', { sound: true, redacted: false }],
  ['without sound', { sound: false, redacted: false }],
  ['redacted', { sound: false, redacted: true }],
]

describe('whatever happens in a session', { timeout: RUNS * 2_000 }, () => {
  it.each(ways)('its log %s replays to the same digest', async (_, kept) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async seed => {
        const path = await record(seed, kept)
        const verdict = await replay(path)
        expect(verdict.difference).toBeUndefined()
        expect(verdict).toMatchObject({ same: true, replayed: verdict.recorded })
        expect(verdict.counts.events).toBeGreaterThan(1)
        rmSync(path)
      }),
      { numRuns: RUNS },
    )
  })

  it('a redacted log holds no word that no list knows, no number, no key, no state', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async seed => {
        const path = await record(seed, { sound: true, redacted: true })
        const lines = readFileSync(path, 'utf8').trim().split('\n')
        const entries = lines.filter(line => !/^\{"kind":"(checkpoint|sum)"/.test(line))
        const strings = entries.flatMap(line => line.match(/"(?:[^"\\]|\\.)*"/g) ?? []).join('\n')
        const secrets = ['4711', 'café', 'Müller', 'Thursday', 'Ångström', 'token-1234', 'Ada', 'typed']
        expect(secrets.filter(secret => strings.includes(secret))).toEqual([])
        expect(strings).not.toContain('"pcm"')
        expect(strings).not.toContain('"7"')
        rmSync(path)
      }),
      { numRuns: RUNS / 4 },
    )
  })
})

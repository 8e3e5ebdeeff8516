/** Random conversations, recorded: with resumes, faults of engine, voice, store and taps, and all kinds of words. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createRedactor,
  defaultTurnPolicy,
  type ReplyPart,
  type TurnPolicy,
  turnTaking,
  turnWordsOf,
} from '@parley/core'
import { converse, inventWorld, seededRandom } from '@parley/sim'
import { afterAll, expect } from 'vitest'
import { createSessionLogFile } from './session-log-file.js'

let kept: string | undefined

/** Test files may share one process and this module, one after the other: each takes its logs away. */
export function useRecordings(): void {
  afterAll(() => {
    if (kept !== undefined) rmSync(kept, { recursive: true })
    kept = undefined
  })
}

function folderOfLogs(): string {
  kept ??= mkdtempSync(join(tmpdir(), 'parley-replay-'))
  return kept
}

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

export interface Kept {
  readonly sound: boolean
  readonly redacted: boolean
}

let files = 0

/** Records a random conversation with all that may go wrong in it. */
export async function recordWorld(seed: number, { sound, redacted }: Kept): Promise<string> {
  files += 1
  const path = join(folderOfLogs(), `${files}.ndjson`)
  const random = seededRandom(seed + 1)
  const draws = seededRandom(seed + 2)
  const log = createSessionLogFile({
    path,
    version: '0.0.0-test',
    keepsSound: sound,
    capacity: 1_000_000,
    ...(redacted
      ? {
          redactor: ({ language }) =>
            createRedactor({ words: turnWordsOf(language), draw: limit => Math.floor(draws() * limit) }),
        }
      : {}),
    dropped: error => expect.fail(`dropped: ${String(error)}`),
  })
  const world = { ...inventWorld(seed), steers: seed % 2 === 1 }
  const policy: TurnPolicy = {
    ...defaultTurnPolicy,
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
  let writes = 0
  await converse(world, {
    log,
    policy,
    turnTaking: held => turnTaking(held, 'en'),
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
            if (seed % 2 === 0) yield { kind: 'context', used: ['weather'], late: ['news'], failed: [] }
            if (random() < 0.2) yield { kind: 'barge-in', allow: random() < 0.5 ? 'none' : 'words' }
            // Words that end in the middle, at another rate than the session's.
            for await (const part of link.reply(turn, signal)) {
              if (part.kind === 'words') yield { kind: 'visemes', cues: shapesUntil(part.untilMs ?? 0) }
              if (part.kind === 'words') yield { kind: 'words', text: part.text.slice(0, 1) }
              yield part.kind === 'words' ? { ...part, text: part.text.slice(1) } : slower(part)
            }
            if (random() < 0.3) {
              const call = {
                id: `call_${Math.floor(random() * 1e6)}`,
                name: 'find',
                arguments: { of: 'Müller' },
              }
              yield { kind: 'tool-call', call }
            }
            if (random() < 0.1) yield { kind: 'action', action: { name: 'note', data: { name: 'Ada' } } }
          },
          async *say(text) {
            if (random() < 0.2) throw new Error('no voice today')
            yield { kind: 'visemes', cues: shapesUntil(500) }
            yield { kind: 'words', text: `${text} ` }
            yield { kind: 'audio', samples: new Int16Array(8_000).fill(900), rate: 16_000 }
          },
          heard(heard, account) {
            link.heard(heard, account)
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

function shapesUntil(untilMs: number) {
  return [{ viseme: 'PP', startMs: Math.max(0, untilMs - 80), endMs: untilMs } as const]
}

import { readFileSync, rmSync } from 'node:fs'
import { createThresholdEar } from '@parley/sim'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Kept, recordWorld as record, useRecordings } from './record-world.test.helper.js'
import { replayFile } from './replay-file.js'

useRecordings()

/** More worlds for a longer look: `PARLEY_PROPERTY_RUNS=5000`. */
const RUNS = Number(process.env.PARLEY_PROPERTY_RUNS ?? 8)

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
      // A world in which an answer is corrected whose only word came in two parts.
      { numRuns: RUNS, examples: [[2_094_852_359]] },
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
      { numRuns: Math.ceil(RUNS / 4) },
    )
  })
})

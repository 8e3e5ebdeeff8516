import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SessionEvent } from '@parley/core'
import { createThresholdEar, SimCaller, SimConversation, type SimReply } from '@parley/sim'
import { afterAll, expect, it } from 'vitest'
import { replayFile } from './replay-file.js'
import { createSessionLogFile } from './session-log-file.js'

const folder = mkdtempSync(join(tmpdir(), 'parley-beside-'))
afterAll(() => rmSync(folder, { recursive: true }))

const answer: SimReply = {
  thinkMs: 50,
  paceMs: 10,
  words: 'one two three four five six seven eight'.split(' ').map(text => ({ text, ms: 200 })),
}

async function held(path: string) {
  const announced: SessionEvent[] = []
  const ducks: boolean[] = []
  const log = createSessionLogFile({
    path,
    version: '0.0.0-test',
    keepsSound: true,
    dropped: error => expect.fail(`dropped: ${String(error)}`),
  })
  const talk = await SimConversation.start({
    log,
    answer: () => answer,
    recognise: () => ({ text: 'hello', delayMs: 100 }),
    taps: [{ name: 'beside', announced: event => announced.push(event), agentDucked: on => ducks.push(on) }],
  })
  return { talk, log, announced, ducks }
}

it('a device beside the leg types and interrupts, also while the leg is lost, and the log replays alike', async () => {
  const path = join(folder, 'beside.ndjson')
  const { talk, log, announced } = await held(path)
  let isLive = true
  const beside = talk.session.beside(() => isLive)
  beside.text('are you open')
  await talk.silence(600)
  const heard = beside.interrupt()
  expect(heard).toMatchObject({ complete: false })
  await talk.silence(400)
  talk.caller.drop()
  await talk.clock.advance(200)
  beside.text('and on Sunday')
  beside.dtmf('5')
  await talk.clock.advance(500)
  const lost = talk.caller
  talk.resume()
  await talk.silence(4_000)
  // Another device becomes the leg in the middle of a reply; the old one is told that it stays.
  beside.text('tell me more')
  await talk.silence(500)
  const old = talk.caller
  talk.resume()
  expect([lost.closedBy, old.closedBy]).toEqual([undefined, 'replaced'])
  isLive = false
  beside.text('nobody hears this')
  await talk.silence(3_000)
  await Promise.all([talk.session.end('client'), talk.silence(100)])
  await log.closed
  expect(talk.engine.turns.map(({ text }) => text)).toEqual(['are you open', 'and on Sunday', 'tell me more'])
  // As the leg was told, in its order, with what it missed at its place.
  expect(announced.filter(({ kind }) => kind === 'transcript-final')).toHaveLength(3)
  const verdict = await replayFile(path, { ear: () => createThresholdEar() })
  expect(verdict.difference).toBeUndefined()
  expect(verdict).toMatchObject({ same: true, replayed: verdict.recorded })
})

it('a leg that is taken over is told so, what it did not play goes to the next, and it is told no more', async () => {
  const { talk, ducks } = await held(join(folder, 'taken.ndjson'))
  talk.caller.type('hello')
  await talk.silence(700)
  const old = talk.caller
  const told = old.events.length
  const next = new SimCaller({
    clock: talk.clock,
    ...{ uplinkMs: 40, downlinkMs: 40, jitterMs: 60, aheadMs: 200, sampleRate: 16_000 },
  })
  talk.session.attach(next, 'taken-over')
  expect(old.closedBy).toBe('taken-over')
  await talk.clock.advance(3_000)
  expect(old.events).toHaveLength(told)
  expect(next.sent[0]?.fromMs).toBeLessThan(
    (old.sent.at(-1)?.fromMs ?? 0) + (old.sent.at(-1)?.durationMs ?? 0),
  )
  expect(ducks).toEqual([])
  await Promise.all([talk.session.end('client'), talk.clock.advance(200)])
})

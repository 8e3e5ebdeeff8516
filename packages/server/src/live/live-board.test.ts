import type { LatencyLedger } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { beginLive, frameOf, liveStage, reply, rowsOf, turn } from './live.test-kit.js'

const ledger = (totalMs: number): LatencyLedger => ({
  totalMs,
  stages: [
    { stage: 'endpoint', startMs: 0, durationMs: 200 },
    { stage: 'first-token', startMs: 200, durationMs: 100 },
    { stage: 'first-heard', startMs: 300, durationMs: totalMs - 300 },
  ],
  unattributedMs: 0,
  heardSource: 'reported',
})

describe('the board of live conversations', () => {
  it('has a row from the start of a session to its end', () => {
    const { board } = liveStage()
    const { tell } = beginLive(board)
    expect(rowsOf(board)).toEqual([
      {
        ...{ session: 'ses_1', node: 'here', agent: 'clinic', edge: 'voice-ws', language: 'es' },
        ...{ subject: 'ana', startedAtMs: 1_000_000, floor: 'open', floorSinceMs: 1_000_000 },
        ...{ turns: 0, userWords: '', agentWords: '', interruptions: 0, warnings: 0, devices: 1 },
        ...{ userDbfs: -100, agentDbfs: -100 },
      },
    ])
    tell({ kind: 'session-ended', reason: 'client' })
    expect(rowsOf(board)).toEqual([])
  })

  it('folds what happens: floor, words, turns, interruptions, latency, warnings', async () => {
    const { board, clock } = liveStage()
    const { tell, stand } = beginLive(board)
    await clock.advance(2_000)
    tell({ kind: 'floor-changed', floor: 'user' })
    tell({ kind: 'transcript-partial', turn: turn('t1'), text: 'una' })
    tell({ kind: 'transcript-partial', turn: turn('t1'), text: 'una cita' })
    tell({ kind: 'turn-committed', turn: turn('t1') })
    for (const text of ['Sí, ', 'a las once.']) {
      tell({ kind: 'reply-words', reply: reply('r1'), text, untilMs: 1 })
    }
    tell({ kind: 'reply-words', reply: reply('r2'), text: 'Otra', untilMs: 1 })
    for (const totalMs of [500, 900, 700, 600]) {
      tell({ kind: 'ledger', turn: turn('t1'), reply: reply('r1'), ledger: ledger(totalMs) })
    }
    const heard = {
      reply: reply('r1'),
      ms: 1,
      text: '',
      complete: false,
      source: 'reported',
      errorMs: 0,
    } as const
    tell({ kind: 'reply-ended', turn: turn('t1'), reply: reply('r1'), said: 'x', heard, interrupted: true })
    tell({ kind: 'warning', code: 'voice_failed', message: 'a secret of the provider' })
    stand(3)
    const [row] = rowsOf(board)
    expect(row).toMatchObject({
      ...{ floor: 'user', floorSinceMs: 1_002_000, userWords: 'una cita', agentWords: 'Otra', turns: 1 },
      ...{ interruptions: 1, totalMs: 600, medianMs: 650, firstTokenMs: 300 },
      ...{ warnings: 1, lastWarning: 'voice_failed', devices: 3 },
    })
    expect(JSON.stringify(row)).not.toContain('secret')
  })

  it('keeps the end of what was said, in whole words and bounded', () => {
    const { board } = liveStage()
    const { tell } = beginLive(board)
    tell({
      kind: 'transcript-final',
      turn: turn('t'),
      text: `${'word '.repeat(5_000)}last`,
      origin: 'text',
      startMs: 0,
      endMs: 0,
    })
    const words = rowsOf(board)[0]?.userWords ?? ''
    expect(words).toMatch(/^word .* last$/)
    expect(words.length).toBeLessThanOrEqual(160)
  })

  it('counts a turn that was opened again once', () => {
    const { board } = liveStage()
    const { tell } = beginLive(board)
    tell({ kind: 'turn-committed', turn: turn('t1') })
    tell({ kind: 'turn-reopened', turn: turn('t1') })
    tell({ kind: 'turn-committed', turn: turn('t1') })
    expect(rowsOf(board)[0]?.turns).toBe(1)
  })

  it('tells watchers four times a second, with the loudest level since, and measures for nobody else', async () => {
    const { board, clock } = liveStage()
    const { tap } = beginLive(board)
    tap.userAudio?.(frameOf(8_000))
    expect(clock.pending).toBe(0)
    expect(rowsOf(board)[0]?.userDbfs).toBe(-100)
    let ticks = 0
    const stop = board.watch(() => ticks++)
    for (const value of [100, 16_384, 100]) tap.userAudio?.(frameOf(value))
    tap.agentAudio?.(frameOf(3_277), reply('r'), 0)
    await clock.advance(250)
    expect(rowsOf(board)[0]).toMatchObject({ userDbfs: -6, agentDbfs: -20 })
    await clock.advance(250)
    expect(rowsOf(board)[0]).toMatchObject({ userDbfs: -100, agentDbfs: -100 })
    await clock.advance(10_000)
    expect(ticks).toBe(42)
    stop()
    expect(clock.pending).toBe(0)
  })

  it('gives the same row while nothing changes', async () => {
    const { board, clock } = liveStage()
    const { tell } = beginLive(board)
    board.watch(() => {})
    await clock.advance(250)
    const [before] = rowsOf(board)
    await clock.advance(500)
    expect(rowsOf(board)[0]).toBe(before)
    tell({ kind: 'floor-changed', floor: 'agent' })
    await clock.advance(250)
    expect(rowsOf(board)[0]).not.toBe(before)
  })

  it('ends a session of the tenant, and of no other', () => {
    const { board } = liveStage()
    const { ends } = beginLive(board)
    expect([board.end('ses_1', 'other'), board.end('ses_2', 'acme')]).toEqual([false, false])
    expect(board.end('ses_1', 'acme')).toBe(true)
    expect(ends).toEqual(['hang-up'])
  })

  it('keeps a session that went on in another of the same name', () => {
    const { board } = liveStage()
    const first = beginLive(board)
    beginLive(board, { subject: 'ben' })
    first.tell({ kind: 'session-ended', reason: 'handed-over' })
    expect(rowsOf(board)).toMatchObject([{ subject: 'ben' }])
  })
})

import { describe, expect, it } from 'vitest'
import { startLink, wordsOf } from './realtime-link.test-kit.js'
import { startTalk } from './realtime-talk.test-kit.js'

describe('turns that the vendor ends', () => {
  it('are heard all day, with silence where nobody sends, up to a bound', async () => {
    const { far, clock, silence } = await startLink({ turns: { by: 'silence' } })
    await silence(2_000)
    expect(far.last.heardMs).toBe(2_000)
    await clock.advance(5_000)
    expect(far.last.heardMs).toBeGreaterThan(6_500)
    await clock.advance(60_000)
    expect(far.last.heardMs).toBeLessThanOrEqual(12_100)
    expect(far.last.options.turns).toEqual({ by: 'silence' })
  })

  it('are evidence, in media time, and are not committed again', async () => {
    const { far, link, clock, observed, say, silence, turnOf, draw, refusals } = await startLink({
      turns: { by: 'meaning' },
    })
    await silence(1_000)
    const { startMs, endMs } = await say('what time is it', { bounded: false })
    far.last.tell({ kind: 'speech-start', atMs: startMs - 100 })
    await silence(400)
    far.last.tell({ kind: 'speech-end', atMs: endMs })
    far.last.commitBy('what time is it')
    expect(observed).toEqual([
      { kind: 'turn-signal', atMs: startMs - 100, signal: 'start' },
      { kind: 'turn-signal', atMs: endMs, signal: 'end' },
    ])
    const turn = turnOf({ origin: 'speech', startMs, endMs })
    const drawn = draw(signal => link.reply(turn, signal))
    link.committed?.(turn.id)
    await clock.advance(3_000)
    expect(wordsOf(drawn.parts)).toBe('Yes of course.')
    expect(far.last.memory.map(line => line.replace(/ \[\d+\]/, ''))).toEqual([
      'user: what time is it',
      'assistant: Yes of course.',
    ])
    far.last.tell({
      kind: 'transcript',
      item: far.last.items[0]?.id ?? '',
      text: 'what time is it',
      final: true,
    })
    expect(observed.at(-1)).toEqual({
      ...{ kind: 'transcript', startMs: startMs - 100, atMs: endMs, text: 'what time is it', final: true },
    })
    expect(refusals()).toEqual([])
  })

  it('are the caller’s where the vendor tells their end and no beginning', async () => {
    const { far, link, clock, observed, say, silence, turnOf, draw, refusals } = await startLink({
      turns: { by: 'silence' },
    })
    await silence(1_000)
    const { startMs, endMs } = await say('what time is it')
    await silence(400)
    far.last.commitBy('what time is it')
    expect(observed).toEqual([{ kind: 'turn-signal', atMs: endMs + 440, signal: 'end' }])
    const turn = turnOf({ origin: 'speech', startMs, endMs })
    draw(signal => link.reply(turn, signal))
    link.committed?.(turn.id)
    await clock.advance(3_000)
    expect(far.last.memory[0]).toMatch(/^user: what time is it/)
    expect(refusals()).toEqual([])
  })

  it('leave nothing of what the session let pass', async () => {
    const { far, link, clock, say, silence, turnOf, draw, refusals } = await startLink({
      turns: { by: 'silence' },
    })
    const first = await say('hm', { bounded: false })
    far.last.tell({ kind: 'speech-start', atMs: first.startMs })
    far.last.tell({ kind: 'speech-end', atMs: first.endMs })
    far.last.commitBy('hm')
    await silence(3_000)
    const { startMs, endMs } = await say('hello', { bounded: false })
    far.last.tell({ kind: 'speech-start', atMs: startMs })
    far.last.tell({ kind: 'speech-end', atMs: endMs })
    far.last.commitBy('hello')
    draw(signal => link.reply(turnOf({ origin: 'speech', startMs, endMs }), signal))
    await clock.advance(3_000)
    expect(far.last.memory.map(line => line.replace(/ \[\d+\]/, ''))).toEqual([
      'user: hello',
      'assistant: Yes of course.',
    ])
    expect(refusals()).toEqual([])
  })

  it('are committed by us where the session was told of the end first', async () => {
    const { far, link, clock, say, turnOf, draw } = await startLink({ turns: { by: 'silence' } })
    const { startMs, endMs } = await say('stop here', { bounded: false })
    far.last.tell({ kind: 'speech-start', atMs: startMs })
    draw(signal => link.reply(turnOf({ origin: 'speech', startMs, endMs }), signal))
    await clock.advance(3_000)
    expect(far.last.items[0]?.text).toBe('stop here')
  })

  it('decide in a session whose agent lets them', async () => {
    const talk = await startTalk({
      turns: { by: 'meaning' },
      sim: {
        policy: {
          speculation: { perTurn: 0, wastedMsPerMinute: 0 },
          endpoint: { minMs: 220, maxMs: 5_000, confidence: 0.9, vendor: 'decides' },
        },
        endpointing: undefined as never,
      },
    })
    await talk.say('hello you')
    talk.far.last.tell({ kind: 'speech-start', atMs: 20 })
    talk.far.last.tell({ kind: 'speech-end', atMs: 220 })
    talk.far.last.commitBy('hello you')
    await talk.silence(3_000)
    expect(talk.of('reply-ended').map(({ heard }) => heard.text.trim())).toEqual(['Yes of course.'])
  })
})

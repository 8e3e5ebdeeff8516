import { ParleyError, type TurnId } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { startLink, wordsOf } from './realtime-link.test-kit.js'

const bare = (line: string) => line.replace(/ \[\d+\]/, '')

describe('far sessions of a call', () => {
  it('are followed by another before the vendor ends them, which knows what was said', async () => {
    const { far, clock, ask, incidents, refusals } = await startLink({ far: { lifeMs: 3_600_000 } })
    await ask('one')
    await clock.advance(3_290_000)
    expect(far.sessions.length).toBe(1)
    await clock.advance(20_000)
    expect(far.sessions.length).toBe(2)
    expect(far.sessions[0]?.closed).toBe(true)
    expect(far.last.memory).toEqual(['user: one', 'assistant: Yes of course.'])
    const { said } = await ask('two')
    expect(said).toBe('Yes of course.')
    expect(far.last.memory.map(bare)).toEqual([
      'user: one',
      'assistant: Yes of course.',
      'user: two',
      'assistant: Yes of course.',
    ])
    expect(incidents).toEqual([])
    expect(refusals()).toEqual([])
  })

  it('are renewed between a turn and its answer where no moment is quiet, with the sound of the turn', async () => {
    const { link, far, clock, say, silence, turnOf, draw, refusals } = await startLink({
      far: { lifeMs: 60_000 },
      renewal: { beforeMs: 20_000, latestMs: 10_000 },
    })
    await silence(35_000)
    // A caller who talks from before the time for a new session until after the last moment.
    link.boundary?.({ kind: 'speech-start', atMs: 35_000 })
    const { startMs } = await say('now I talk and talk', { bounded: false })
    await silence(18_000)
    const { endMs } = await say('until the end', { bounded: false })
    link.boundary?.({ kind: 'speech-end', atMs: endMs })
    expect(far.sessions.length).toBe(2)
    expect(far.last.heardMs).toBe(0)
    const turn = turnOf({ origin: 'speech', startMs, endMs })
    const drawn = draw(signal => link.reply(turn, signal))
    link.committed?.(turn.id)
    await clock.advance(2_000)
    expect(wordsOf(drawn.parts)).toBe('Yes of course.')
    expect(far.last.items[0]?.text).toBe('now I talk and talk until the end')
    expect(far.sessions[0]?.closed).toBe(true)
    expect(refusals()).toEqual([])
  })

  it('are not followed by ever more where the vendor gives them little time, or our calendar is wrong', async () => {
    const { far, clock, ask, refusals } = await startLink({ far: { lifeMs: 120_000 } })
    await clock.advance(119_000)
    expect(far.sessions.length).toBe(2)
    expect((await ask('one')).said).toBe('Yes of course.')
    expect(refusals()).toEqual([])
  })

  it.each(['renewed', 'lost'] as const)(
    'give the vendor each 20 ms of a turn once, though one is %s in it',
    async how => {
      const { link, far, clock, frames, silence, turnOf, draw } = await startLink({
        far: { lifeMs: 60_000, wordsMs: 1_000_000 },
        renewal: { beforeMs: 20_000, latestMs: 10_000 },
      })
      /** Frames that say which they are. */
      const counted = (from: number, count: number) =>
        Int16Array.from({ length: count * 320 }, (_, at) => from + Math.floor(at / 320) + 1)
      await silence(38_000)
      const startMs = 38_000
      link.boundary?.({ kind: 'speech-start', atMs: startMs })
      await frames(counted(0, 600))
      if (how === 'lost') far.sessions[0]?.lose(new ParleyError('provider_failed'))
      await frames(counted(600, 100))
      const endMs = startMs + 700 * 20
      link.boundary?.({ kind: 'speech-end', atMs: endMs })
      await silence(500)
      const turn = turnOf({ origin: 'speech', startMs, endMs })
      draw(signal => link.reply(turn, signal))
      link.committed?.(turn.id)
      await clock.advance(2_000)
      expect(far.sessions.length).toBe(2)
      const [heard] = far.last.turns
      expect(far.last.turns.length).toBe(1)
      expect(heard?.filter(sample => sample !== 0)).toEqual(counted(0, 700))
    },
  )

  it('stay as they are where a new one cannot be opened, and it is tried again', async () => {
    const { far, clock, ask, incidents } = await startLink({ far: { lifeMs: 600_000 } })
    far.options.refuses = new ParleyError('provider_overloaded')
    await clock.advance(305_000)
    expect(incidents.map(({ action }) => action)).toEqual(['failed', 'rested'])
    expect((await ask('one')).said).toBe('Yes of course.')
    far.options.refuses = undefined
    await clock.advance(15_000)
    expect(far.sessions[0]?.closed).toBe(true)
    expect((await ask('two')).said).toBe('Yes of course.')
  })

  it('come back after a loss with the history', async () => {
    const { far, clock, ask, incidents } = await startLink()
    await ask('one')
    far.last.lose(new ParleyError('provider_failed'))
    await clock.advance(500)
    expect(far.sessions.length).toBe(2)
    expect(far.last.memory).toEqual(['user: one', 'assistant: Yes of course.'])
    expect(incidents.map(({ action }) => action)).toEqual(['broke-off'])
  })

  it('are of the next model at once where one refuses', async () => {
    const { fars, ask, incidents } = await startLink({
      far: { refuses: new ParleyError('provider_quota') },
      others: [{ answer: () => 'I am the second.' }],
    })
    expect((await ask('one')).said).toBe('I am the second.')
    expect(fars[0]?.sessions.length).toBe(1)
    expect(incidents.map(({ provider, action }) => `${provider} ${action}`)).toEqual([
      'far 0 failed',
      'far 0 rested',
    ])
  })

  it('are tried again with growing waits, at most 8 s', async () => {
    const { far, clock } = await startLink({ far: { refuses: new ParleyError('provider_failed') } })
    const opened: number[] = []
    let known = 0
    for (let at = 0; at < 40_000; at += 10) {
      await clock.advance(10)
      if (far.sessions.length > known) opened.push(clock.now())
      known = far.sessions.length
    }
    const waits = opened.slice(1).map((at, index) => Math.round((at - (opened[index] ?? 0) - 50) / 100) / 10)
    expect(waits.slice(1, 6)).toEqual([1, 2, 4, 8, 8])
  })

  it('that cannot be reached end the answer with an error, and the call goes on', async () => {
    const { far, clock, link, turnOf, draw, ask } = await startLink({
      far: { refuses: new ParleyError('provider_unreachable') },
    })
    const turn = turnOf({ text: 'hello' })
    const drawn = draw(signal => link.reply(turn, signal))
    link.committed?.(turn.id)
    await clock.advance(30_000)
    expect(drawn.error).toMatchObject({ code: 'provider_unreachable' })
    far.options.refuses = undefined
    await clock.advance(20_000)
    expect((await ask('again')).said).toBe('Yes of course.')
  })
})

describe('an answer that breaks off', () => {
  it('is asked for again where nothing was said, with the sound of the turn', async () => {
    let answers = 0
    const { far, link, clock, say, silence, turnOf, draw, refusals } = await startLink({
      far: { answer: () => (answers++ === 0 ? { text: 'Gone', breaksAfterMs: 0 } : 'Here I am.') },
    })
    const turn = turnOf({ origin: 'speech', ...(await say('who is there')) })
    await silence(500)
    const drawn = draw(signal => link.reply(turn, signal))
    link.committed?.(turn.id)
    await clock.advance(3_000)
    expect(wordsOf(drawn.parts)).toBe('Here I am.')
    expect(far.last.memory.map(bare)).toEqual(['user: who is there', 'assistant: Here I am.'])
    expect(refusals()).toEqual([])
  })

  it('goes on behind the words that sounded, and tells none of the others twice', async () => {
    const lines = [
      'Good morning to all of you.',
      { text: 'The answer is one two three four ', breaksAfterMs: 500 },
      'two three four five.',
    ]
    const { far, ask } = await startLink({
      instructions: 'Be kind.',
      far: { answer: () => lines.shift() ?? 'Yes.' },
    })
    await ask('hello')
    const { said } = await ask('what is it')
    expect(said).toBe('The answer is one two three four five.')
    expect(far.last.asks[0]?.instructions).toMatch(/^Be kind\.[\s\S]*<said>\nThe answer is one\n<\/said>$/)
    await ask('thanks')
    expect(far.last.memory.map(bare).slice(2, 4)).toEqual([
      'user: what is it',
      'assistant: The answer is one two three four five.',
    ])
  })

  it('goes on behind all words that were told where the model does not say the last ones again', async () => {
    const lines = [
      'Good morning to all of you.',
      { text: 'The answer is one two three four ', breaksAfterMs: 500 },
      'five six.',
    ]
    const { ask } = await startLink({ far: { answer: () => lines.shift() ?? 'Yes.' } })
    await ask('hello')
    expect((await ask('what is it')).said).toBe('The answer is one two three four five six.')
  })

  it('is an apology in the end', async () => {
    const { ask, far } = await startLink({
      trouble: 'I am sorry.',
      far: {
        answer: ask => (ask.beside === true ? 'I am sorry.' : { fails: new ParleyError('provider_failed') }),
      },
    })
    expect((await ask('what is it')).said).toBe('I am sorry.')
    expect(far.sessions.flatMap(({ asks }) => asks).length).toBe(5)
  })

  it('of a model that says nothing at all is another model’s', async () => {
    const { link, clock, turnOf, draw } = await startLink({
      far: { answer: () => 'nothing' },
      others: [{ answer: () => 'I am the second.' }],
      retry: { silentMs: 2_000, breaker: { failures: 1 } },
    })
    const turn = turnOf({ text: 'hello' })
    const drawn = draw(signal => link.reply(turn, signal))
    link.committed?.(turn.id)
    await clock.advance(6_000)
    expect(wordsOf(drawn.parts)).toBe('I am the second.')
  })
})

describe('the end of a call', () => {
  it('closes everything, and nothing comes after it', async () => {
    const { far, link, clock, turnOf, draw, observed } = await startLink()
    const turn = turnOf({ text: 'hello' })
    const drawn = draw(signal => link.reply(turn, signal))
    await clock.advance(250)
    const before = drawn.parts.length
    await link.close()
    await link.close()
    await clock.advance(60_000)
    expect(drawn.over).toBe(true)
    expect(drawn.parts.length - before).toBeLessThanOrEqual(1)
    expect(far.sessions.length).toBe(1)
    expect(far.last.closed).toBe(true)
    expect(observed).toEqual([])
    expect(clock.pending).toBe(0)
    const late = draw(signal => link.reply({ ...turn, id: 'trn_x' as TurnId }, signal))
    await clock.advance(1_000)
    expect(late.parts).toEqual([])
  })
})

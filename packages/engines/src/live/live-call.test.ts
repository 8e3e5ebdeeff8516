import { codedBrains, readSpeech, type SimBrains } from '@parley/sim'
import { afterEach, describe, expect, it } from 'vitest'
import { type LiveCall, liveCall } from './live-call.test-kit.js'
import { fakeReasoner, RATE } from './live-rig.test-kit.js'

let call: LiveCall
afterEach(() => call.close())

const story = 'Once upon a time there was a harbor with many lamps and boats.'

/** Hands refunds over, tells stories, and repeats the rest. */
const brains: SimBrains = codedBrains({
  *think({ messages }) {
    const said = messages.at(-1)?.text ?? ''
    if (said.includes('refund')) yield { kind: 'tool-call', name: 'delegate', arguments: '{}' }
    yield {
      kind: 'text',
      text: said.includes('refund') ? 'One moment.' : said.includes('story') ? story : said,
    }
  },
})

describe('a live engine with the simulated vendor', () => {
  it('talks: the caller’s words, and an answer whose words end where they sound', async () => {
    call = await liveCall({}, { brains })
    call.say('good day my friend')
    await call.until(() => call.rig.answers[0]?.over === true)
    const [answer] = call.rig.answers
    expect(answer?.turn.origin).toBe('engine')
    expect([answer?.words, call.sounds(answer)]).toEqual(['good day my friend', 'good day my friend'])
    const sound = answer?.parts.flatMap(part => (part.kind === 'audio' ? [...part.samples] : [])) ?? []
    const ends = readSpeech(Int16Array.from(sound), RATE).words.map(({ endMs }) => endMs)
    expect(answer?.untils.map((untilMs, at) => Math.abs((untilMs ?? 0) - (ends[at] ?? 0)) < 5)).toEqual(
      ends.map(() => true),
    )
    const final = call.rig.evidence.find(each => each.kind === 'transcript' && each.final)
    expect(final).toMatchObject({ text: 'good day my friend' })
    // It was said from 400 ms on, and is 15 letters and three gaps long.
    expect(Math.abs((final?.kind === 'transcript' ? final.startMs : 0) - 400)).toBeLessThan(60)
    expect(call.sim.complaints).toEqual([])
  })

  it('is talked over: the rest is dropped, and what was not heard is told', async () => {
    call = await liveCall({}, { brains, strayDeltas: 3 })
    call.say('a story please')
    await call.until(() => (call.rig.answers[0]?.words ?? '').includes('time'))
    call.say('stop this now please, I have a question')
    await call.pass(300)
    const [first] = call.rig.answers
    first?.cut()
    call.rig.link.heard?.(
      { reply: 'r' as never, ms: 500, text: 'Once upon', complete: false, source: 'estimated', errorMs: 0 },
      { fromMs: 0, final: true },
    )
    const before = first?.parts.length
    await call.until(() => call.rig.answers[1]?.over === true)
    expect(first?.parts.length).toBe(before)
    expect(call.sounds(call.rig.answers[1])).toBe('stop this now please, I have a question')
    const thought = call.sim.received.filter(
      ({ message }) => (message as { type: string }).type === 'session.thinking.append',
    )
    expect(thought).toMatchObject([
      { message: { content: expect.stringContaining('only: "Once upon"'), delegation_id: null } },
    ])
    expect(call.sim.complaints).toEqual([])
  })

  it('goes on speaking through a backchannel', async () => {
    call = await liveCall({}, { brains })
    call.say('a story please')
    await call.until(() => (call.rig.answers[0]?.words ?? '').includes('time'))
    call.say('mhm')
    await call.until(() => call.rig.answers[0]?.over === true)
    expect(call.sounds(call.rig.answers[0])).toBe(story)
    expect(call.rig.texts(true)).toContain('mhm')
    expect(call.rig.answers).toHaveLength(1)
  })

  it('has a hard question decided, and speaks the decision', async () => {
    const reasoner = fakeReasoner()
    call = await liveCall({ reasoner }, { brains })
    call.say('may I have a refund')
    await call.until(() => reasoner.asked.length === 1)
    expect(reasoner.asked[0]?.question.text).toBe('may I have a refund')
    await call.until(() => call.rig.answers[0]?.over === true)
    expect(call.sounds(call.rig.answers[0])).toBe('One moment.')
    reasoner.answer('Yes, by Monday.')
    await call.until(() => call.rig.answers[1]?.over === true)
    const [, second] = call.rig.answers
    expect(call.sounds(second)).toBe('Yes, by Monday.')
    expect(second?.parts).toContainEqual(
      expect.objectContaining({ kind: 'decision', by: 'wise', cause: 'delegation' }),
    )
    expect(call.sim.complaints).toEqual([])
  })

  it('never speaks a decision that other talk overtook', async () => {
    const reasoner = fakeReasoner()
    call = await liveCall({ reasoner }, { brains })
    call.say('may I have a refund')
    await call.until(() => call.rig.answers[0]?.over === true)
    call.say('tell me the time instead')
    const startMs = call.rig.clock.now()
    await call.until(() => call.rig.texts(true).some(text => text.includes('instead')))
    call.rig.ask({ text: 'tell me the time instead', startMs })
    reasoner.answer('Yes, by Monday.')
    await call.pass(6_000)
    expect(call.rig.answers.map(call.sounds).join(' ')).not.toContain('Monday')
    expect(call.sim.complaints).toEqual([])
  })

  it('outlives the vendor’s sessions', async () => {
    call = await liveCall({ renewBeforeMs: 6_000 }, { brains, liveSessionMs: 12_000 })
    call.say('one and two')
    await call.until(() => call.rig.answers[0]?.over === true)
    await call.pass(14_000)
    call.say('three and four')
    await call.until(() => call.rig.answers[1]?.over === true)
    expect(call.sounds(call.rig.answers[1])).toBe('three and four')
    expect(call.sim.counts.sockets).toBeGreaterThanOrEqual(3)
    expect(call.sim.counts.open).toBe(1)
    expect([call.rig.warnings, call.sim.complaints]).toEqual([[], []])
  })

  it('answers what was asked while the connection broke', async () => {
    call = await liveCall({}, { brains })
    call.sim.behave({ fault: { kind: 'drop', stage: 'first', times: 1 } })
    call.say('are you still there')
    await call.until(() => call.rig.answers[0]?.over === true)
    expect(call.sounds(call.rig.answers[0])).toBe('are you still there')
    expect(call.rig.warnings).toMatchObject([{ retryable: true }])
    expect(call.sim.counts.sockets).toBe(2)
  })
})

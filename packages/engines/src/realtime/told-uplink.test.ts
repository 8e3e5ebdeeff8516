import { loadResampling } from '@parley/audio'
import { ParleyError } from '@parley/core'
import { codeSpeech, readSpeech } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { startLink } from './realtime-link.test-kit.js'

describe('turns that the gateway ends', () => {
  it('are told whole where their answer is asked for late, and without what was said since', async () => {
    const { link, far, clock, say, silence, turnOf, draw, refusals } = await startLink()
    const first = turnOf({ origin: 'speech', ...(await say('the first')) })
    await silence(900)
    const second = turnOf({ origin: 'speech', ...(await say('the second')) })
    await silence(500)
    draw(signal => link.reply(first, signal))
    await clock.advance(3_000)
    draw(signal => link.reply(second, signal))
    await clock.advance(3_000)
    expect(far.last.items.filter(({ kind }) => kind === 'user').map(({ text }) => text)).toEqual([
      'the first',
      'the second',
    ])
    expect(refusals()).toEqual([])
  })

  it('have no sound that the far end took back', async () => {
    const { link, far, clock, say, silence, turnOf, draw } = await startLink()
    await say('not this')
    await silence(500)
    link.forgetSound?.()
    const { startMs, endMs } = await say('but this')
    await silence(300)
    draw(signal => link.reply(turnOf({ origin: 'speech', startMs: startMs - 1_000, endMs }), signal))
    await clock.advance(3_000)
    expect(far.last.items[0]?.text).toBe('but this')
  })

  it('that began long before there was a voice begin with the voice', async () => {
    const { link, far, warnings, clock, say, silence, turnOf, draw } = await startLink()
    await silence(90_000)
    const { endMs } = await say('hello')
    await silence(300)
    draw(signal => link.reply(turnOf({ origin: 'speech', startMs: 0, endMs }), signal))
    await clock.advance(3_000)
    expect(far.last.items[0]?.text).toBe('hello')
    expect(far.last.items[0]?.ms).toBeLessThan(1_200)
    expect(warnings).toEqual([])
  })

  it('that are longer than the ring are told without their beginning, and that is said', async () => {
    const { link, warnings, incidents, clock, say, silence, turnOf, draw, far } = await startLink()
    link.boundary?.({ kind: 'speech-start', atMs: 0 })
    await silence(70_000)
    const { endMs } = await say('at last', { bounded: false })
    link.boundary?.({ kind: 'speech-end', atMs: endMs })
    far.last.lose(new ParleyError('provider_failed'))
    await clock.advance(200)
    draw(signal => link.reply(turnOf({ origin: 'speech', startMs: 0, endMs }), signal))
    await clock.advance(3_000)
    expect(far.last.items[0]?.text).toBe('at last')
    expect(warnings.map(({ code }) => code)).toContain('too_large')
    expect(incidents.map(({ action }) => action)).toContain('dropped-sound')
  })

  it('are heard where nobody listens for voice', async () => {
    const { link, far, clock, say, turnOf, draw } = await startLink()
    await say('push to talk', { bounded: false })
    draw(signal => link.reply(turnOf({ origin: 'speech', startMs: 0, endMs: 0 }), signal))
    await clock.advance(3_000)
    expect(far.last.items[0]?.text).toBe('push to talk')
  })

  it('go up as the far end sent them, and are resampled once where the model wants another rate', async () => {
    const { link, far, clock, turnOf, draw } = await startLink({
      far: { rate: 24_000 },
      resampling: await loadResampling(),
    })
    const { samples } = codeSpeech('at another rate', 8_000)
    link.boundary?.({ kind: 'speech-start', atMs: 0 })
    for (let at = 0; at < samples.length; at += 160)
      link.hear({ samples: samples.slice(at, at + 160), rate: 8_000, atMs: at / 8 })
    link.hear({ samples: new Int16Array(3_200), rate: 8_000, atMs: samples.length / 8 })
    const endMs = samples.length / 8
    link.boundary?.({ kind: 'speech-end', atMs: endMs })
    draw(signal => link.reply(turnOf({ origin: 'speech', startMs: 0, endMs }), signal))
    await clock.advance(3_000)
    expect(far.last.items[0]?.text).toBe('at another rate')
    expect(readSpeech(samples, 8_000).text).toBe('at another rate')
  })

  it('are not heard any more once the call is over', async () => {
    let made = 0
    const resampling = await loadResampling()
    const { link } = await startLink({
      far: { rate: 24_000 },
      resampling: {
        ...resampling,
        create(options) {
          made++
          return resampling.create(options)
        },
      },
    })
    await link.close()
    link.hear({ samples: new Int16Array(160), rate: 8_000, atMs: 0 })
    link.boundary?.({ kind: 'speech-start', atMs: 0 })
    expect(made).toBe(0)
  })

  it('say so where there is no resampler', async () => {
    const { link } = await startLink({ far: { rate: 24_000 } })
    expect(() => link.hear({ samples: new Int16Array(320), rate: 16_000, atMs: 0 })).toThrow(/resampler/)
  })
})

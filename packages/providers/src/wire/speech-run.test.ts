import { ParleyError, type SpeechPart } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { type SpeechRun, speechRun } from './speech-run.js'

function rig(text = 'one two') {
  const clock = new VirtualClock()
  const stop = new AbortController()
  let calledOff = 0
  let run: SpeechRun | undefined
  const parts: SpeechPart[] = []
  const options = {
    vendor: 'Vendor',
    clock,
    text,
    rate: 1_000,
    wordsWaitMs: 50,
    firstOutputMs: 100,
    gapMs: 200,
  }
  const made = speechRun(options, stop.signal, begun => {
    run = begun
    return () => calledOff++
  })
  const done = (async () => {
    for await (const part of made) parts.push(part)
  })()
  done.catch(() => {})
  if (run === undefined) throw new Error('not begun')
  return { clock, stop, run, parts, done, made, calledOff: () => calledOff }
}

const shown = (parts: readonly SpeechPart[]) =>
  parts.map(part => (part.kind === 'audio' ? part.samples.length : part.kind === 'word' ? part.text : '$'))

describe('a run of speech', () => {
  it('tells the cost once, each word before its sound, and what is left at the end', async () => {
    const { run, parts, done, calledOff } = rig()
    run.opened()
    run.audio(new Int16Array(100))
    run.word('one', 0, 80)
    run.audio(new Int16Array(100))
    run.end()
    await done
    expect(shown(parts)).toEqual(['$', 'one', 80, 'two', 20, 100])
    expect(calledOff()).toBe(0)
  })

  it('calls the request off once on an abort, and gives nothing more', async () => {
    const { run, parts, done, stop, calledOff, clock } = rig()
    run.opened()
    run.word('one', 0, 80)
    run.audio(new Int16Array(80))
    await clock.advance(0)
    const given = parts.length
    run.audio(new Int16Array(80))
    stop.abort()
    run.word('two', 80, 160)
    run.end()
    await done
    expect(parts).toHaveLength(given)
    expect(calledOff()).toBe(1)
    expect(clock.pending).toBe(0)
  })

  it('calls the request off when it takes too long to begin or to go on', async () => {
    const first = rig()
    first.run.opened()
    await first.clock.advance(100)
    await expect(first.done).rejects.toMatchObject({ code: 'timeout' })
    expect(first.calledOff()).toBe(1)

    const later = rig()
    later.run.opened()
    later.run.audio(new Int16Array(10))
    await later.clock.advance(199)
    expect(later.calledOff()).toBe(0)
    await later.clock.advance(1)
    await expect(later.done).rejects.toMatchObject({ code: 'timeout' })
    expect(later.calledOff()).toBe(1)
  })

  it('keeps sound back whose words never came, when it fails', async () => {
    const { run, parts, done } = rig()
    run.opened()
    run.word('one', 0, 80)
    run.audio(new Int16Array(160))
    run.fail(new ParleyError('provider_failed'))
    await expect(done).rejects.toMatchObject({ code: 'provider_failed' })
    expect(shown(parts)).toEqual(['one', '$', 80])
  })

  it('is called off when nobody draws any more', async () => {
    const clock = new VirtualClock()
    let calledOff = 0
    const options = {
      vendor: 'Vendor',
      clock,
      text: 'one',
      rate: 1_000,
      wordsWaitMs: 0,
      firstOutputMs: 100,
      gapMs: 100,
    }
    const made = speechRun(options, new AbortController().signal, run => {
      run.opened()
      run.audio(new Int16Array(10))
      return () => calledOff++
    })
    for await (const part of made) if (part.kind === 'audio') break
    expect(calledOff).toBe(1)
    expect(clock.pending).toBe(0)
  })

  it('begins nothing for a text without anything in it', async () => {
    const clock = new VirtualClock()
    const options = {
      vendor: 'Vendor',
      clock,
      text: ' \n ',
      rate: 1_000,
      wordsWaitMs: 0,
      firstOutputMs: 100,
      gapMs: 100,
    }
    for await (const _ of speechRun(options, new AbortController().signal, () => {
      throw new Error('begun')
    }))
      throw new Error('spoke')
  })
})

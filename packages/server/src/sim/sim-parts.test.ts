import { ParleyError } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { rememberHeard } from './remember-heard.js'
import { readFault } from './sim-fault.js'

describe('what a simulated ear remembers', () => {
  const rate = 16_000
  const voice = (ms: number, level = 3_000) => new Int16Array((rate * ms) / 1000).fill(level)
  const joined = (...parts: Int16Array[]) => Int16Array.from(parts.flatMap(part => [...part]))

  function ear() {
    const remembered = rememberHeard()
    let times = 0
    const ask = (samples: Int16Array) =>
      remembered(samples, rate, async () => ({ text: `heard ${++times}`, words: [] }))
    return { ask, times: () => times }
  }

  it('recognises a sound that grows only once it ends in a pause, and more silence not again', async () => {
    const { ask, times } = ear()
    await ask(voice(300))
    expect((await ask(voice(600))).text).toBe('heard 1')
    expect((await ask(joined(voice(900), voice(200, 0)))).text).toBe('heard 2')
    expect((await ask(joined(voice(900), voice(800, 0)))).text).toBe('heard 2')
    expect(times()).toBe(2)
  })

  it('hears another utterance anew, however short the pause behind it', async () => {
    const { ask } = ear()
    await ask(voice(300))
    expect((await ask(voice(300, 4_000))).text).toBe('heard 2')
  })
})

describe('a fault on the command line', () => {
  it('is a kind, a stage and numbers', () => {
    expect(readFault('limited@connect')).toEqual({ kind: 'limited', stage: 'connect' })
    expect(readFault('drop@middle, after=3, times=1')).toEqual({
      kind: 'drop',
      stage: 'middle',
      after: 3,
      times: 1,
    })
    expect(readFault('hang')).toEqual({ kind: 'hang', stage: 'first' })
  })

  it.each(['explode', 'drop@never', 'drop@middle,afer=1', 'drop@middle,after=x'])('is refused: %s', text => {
    expect(() => readFault(text)).toThrow(ParleyError)
    expect(() => readFault(text)).toThrow(/^--fault: /)
  })
})

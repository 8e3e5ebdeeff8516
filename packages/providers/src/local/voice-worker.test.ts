import { describe, expect, it } from 'vitest'
import { handClock } from './speech-clips.test-kit.js'
import { startVoiceWorker } from './voice-worker.js'

/** A thread that answers, dies or hangs as its text says. */
const thread = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads'
    parentPort.on('message', ({ id, words }) => {
      if (words[0] === 'die') throw new Error('trap')
      if (words[0] === 'exit') process.exit(4)
      if (words[0] === 'fail') return parentPort.postMessage({ id, problem: 'no such phone' })
      if (words[0] === 'hang') for (;;);
      parentPort.postMessage({ id, samples: new Int16Array(words.length), times: [], cues: [] })
    })`)}`,
)

function open(clock = handClock()) {
  return startVoiceWorker({ name: 'test', url: thread, clock, mostWaiting: 8, pieceTimeoutMs: 1_000 })
}

describe('a voice in a thread', () => {
  it.each([
    ['die', 'trap'],
    ['exit', 'code 4'],
    ['fail', 'no such phone'],
  ])('fails only the piece on which it meets "%s"', async (word, reason) => {
    const voice = open()
    const bad = voice.speak([word], { voice: '' })
    const good = voice.speak(['a', 'b'], { voice: '' })
    await expect(bad).rejects.toMatchObject({
      code: 'voice_failed',
      retryable: true,
      message: expect.stringContaining(reason),
    })
    expect((await good)?.samples).toHaveLength(2)
    await voice.close()
  })

  it('replaces a thread that hangs when the time is up', async () => {
    const clock = handClock()
    const voice = open(clock)
    await voice.speak(['a'], { voice: '' })
    const hung = voice.speak(['hang'], { voice: '' })
    const next = voice.speak(['a', 'b', 'c'], { voice: '' })
    clock.advance(1_000)
    await expect(hung).rejects.toMatchObject({ code: 'voice_failed' })
    expect((await next)?.samples).toHaveLength(3)
    await voice.close()
  })

  it('does not spend its thread on what was given up while it waited', async () => {
    const voice = open()
    const abort = new AbortController()
    const first = voice.speak(['a'], { voice: '' })
    const givenUp = voice.speak(['die'], { voice: '' }, abort.signal)
    const last = voice.speak(['b'], { voice: '' })
    abort.abort()
    await expect(givenUp).resolves.toBeUndefined()
    expect(await first).toBeDefined()
    expect(await last).toBeDefined()
    await voice.close()
  })
})

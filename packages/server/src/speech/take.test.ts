import { ParleyError, type SpeechPart } from '@parley/core'
import { expect, it } from 'vitest'
import { createTake, type SpeechReader, type TakeOptions } from './take.js'

const sound = (value: number): SpeechPart => ({ kind: 'audio', samples: Int16Array.of(value) })

/** A voice of which a test knows how far it was asked. */
function voice(length: number, failsAt = Number.POSITIVE_INFINITY) {
  const facts = { asked: 0, ended: 0, signal: undefined as AbortSignal | undefined }
  const ends: Parameters<TakeOptions['onEnd']>[0][] = []
  const take = createTake({
    async *speak(signal) {
      facts.signal = signal
      try {
        for (let at = 0; at < length && !signal.aborted; at++) {
          facts.asked++
          if (at === failsAt) throw new ParleyError('voice_failed')
          yield sound(at)
        }
      } finally {
        facts.ended++
      }
    },
    onEnd: end => ends.push(end),
  })
  return { take, facts, ends }
}

async function rest(reader: SpeechReader): Promise<number[]> {
  const values: number[] = []
  for (let part = await reader.next(); part !== undefined; part = await reader.next())
    if (part.kind === 'audio') values.push(part.samples[0] ?? -1)
  return values
}

it('goes no faster than the fastest reader, and gives all of it to each, also to one that comes late', async () => {
  const { take, facts, ends } = voice(4)
  const first = take.open()
  await first.next()
  expect(facts.asked).toBe(1)
  const second = take.open()
  expect(await Promise.all([rest(first), rest(second)])).toEqual([
    [1, 2, 3],
    [0, 1, 2, 3],
  ])
  expect(await rest(take.open())).toEqual([0, 1, 2, 3])
  expect(facts.asked).toBe(4)
  expect(ends).toEqual([{ whole: [sound(0), sound(1), sound(2), sound(3)] }])
  expect(take.bytes).toBe(8)
})

it('is stopped when its last reader leaves, and not before', async () => {
  const { take, facts, ends } = voice(4)
  const [one, other] = [take.open(), take.open()]
  await one.next()
  one.close()
  one.close()
  expect(await one.next()).toBeUndefined()
  expect(facts.signal?.aborted).toBe(false)
  await other.next()
  other.close(new ParleyError('draining'))
  await expect(other.next()).rejects.toMatchObject({ code: 'draining' })
  expect(facts).toMatchObject({ ended: 1, signal: { aborted: true } })
  expect(ends).toMatchObject([{ error: { code: 'timeout' } }])
})

it('tells each reader what the voice failed of, behind what it had said', async () => {
  const { take, ends } = voice(4, 2)
  const readers = [take.open(), take.open()]
  for (const reader of readers) {
    await reader.next()
    await reader.next()
    await expect(reader.next()).rejects.toMatchObject({ code: 'voice_failed' })
  }
  expect(ends).toMatchObject([{ error: { code: 'voice_failed' } }])
})

it('a reader that leaves while it waits gets nothing more, and others go on', async () => {
  const { take } = voice(2)
  const [one, other] = [take.open(), take.open()]
  const waiting = one.next()
  one.close()
  expect(await waiting).toBeUndefined()
  expect(await rest(other)).toEqual([0, 1])
})

import { describe, expect, it } from 'vitest'
import { phraseShelf } from './phrase-shelf.js'

function counting(samplesEach = 100) {
  const asked: string[] = []
  const speak = async (words: readonly string[], voice: string) => {
    asked.push(`${voice}:${words.join(' ')}`)
    return { samples: new Int16Array(samplesEach), times: [] }
  }
  return { asked, speak }
}

describe('the phrase shelf', () => {
  it('asks the voice once for the same words of the same speaker', async () => {
    const { asked, speak } = counting()
    const shelf = phraseShelf(speak)
    const first = await shelf(['Hello.'], 'slt')
    expect(await shelf(['Hello.'], 'slt')).toBe(first)
    await shelf(['Hello.'], 'rms')
    expect(asked).toEqual(['slt:Hello.', 'rms:Hello.'])
  })

  it('lets go of what was asked for longest ago once it is full', async () => {
    const { asked, speak } = counting(100)
    const shelf = phraseShelf(speak, 400)
    await shelf(['a'], 'slt')
    await shelf(['b'], 'slt')
    await shelf(['a'], 'slt')
    await shelf(['c'], 'slt')
    await shelf(['a'], 'slt')
    await shelf(['b'], 'slt')
    expect(asked).toEqual(['slt:a', 'slt:b', 'slt:c', 'slt:b'])
  })

  it('keeps nothing that was given up or failed', async () => {
    let answers = 0
    const shelf = phraseShelf(async () => {
      answers += 1
      if (answers === 1) return undefined
      if (answers === 2) throw new Error('the thread died')
      return { samples: new Int16Array(1), times: [] }
    })
    expect(await shelf(['a'], 'slt')).toBeUndefined()
    await expect(shelf(['a'], 'slt')).rejects.toThrow('died')
    expect(await shelf(['a'], 'slt')).toBeDefined()
    expect(await shelf(['a'], 'slt', AbortSignal.abort())).toBeUndefined()
  })
})

import { describe, expect, it } from 'vitest'
import { phraseShelf } from './phrase-shelf.js'
import type { Speaker } from './speaker.js'

function counting(samplesEach = 100) {
  const asked: string[] = []
  const speak = async (words: readonly string[], { voice }: Speaker) => {
    asked.push(`${voice}:${words.join(' ')}`)
    return { samples: new Int16Array(samplesEach), times: [], cues: [] }
  }
  return { asked, speak }
}

describe('the phrase shelf', () => {
  it('asks the voice once for the same words of the same speaker', async () => {
    const { asked, speak } = counting()
    const shelf = phraseShelf(speak)
    const first = await shelf(['Hello.'], { voice: 'slt' })
    expect(await shelf(['Hello.'], { voice: 'slt' })).toBe(first)
    await shelf(['Hello.'], { voice: 'rms' })
    expect(asked).toEqual(['slt:Hello.', 'rms:Hello.'])
  })

  it('lets go of what was asked for longest ago once it is full', async () => {
    const { asked, speak } = counting(100)
    const shelf = phraseShelf(speak, 400)
    await shelf(['a'], { voice: 'slt' })
    await shelf(['b'], { voice: 'slt' })
    await shelf(['a'], { voice: 'slt' })
    await shelf(['c'], { voice: 'slt' })
    await shelf(['a'], { voice: 'slt' })
    await shelf(['b'], { voice: 'slt' })
    expect(asked).toEqual(['slt:a', 'slt:b', 'slt:c', 'slt:b'])
  })

  it('keeps nothing that was given up or failed', async () => {
    let answers = 0
    const shelf = phraseShelf(async () => {
      answers += 1
      if (answers === 1) return undefined
      if (answers === 2) throw new Error('the thread died')
      return { samples: new Int16Array(1), times: [], cues: [] }
    })
    expect(await shelf(['a'], { voice: 'slt' })).toBeUndefined()
    await expect(shelf(['a'], { voice: 'slt' })).rejects.toThrow('died')
    expect(await shelf(['a'], { voice: 'slt' })).toBeDefined()
    expect(await shelf(['a'], { voice: 'slt' }, AbortSignal.abort())).toBeUndefined()
  })
})

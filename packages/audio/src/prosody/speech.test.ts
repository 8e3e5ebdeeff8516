import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readWav } from '../wav/read-wav.js'
import { analyseProsody } from './analyse-prosody.js'

/** Clips of people, and how many syllables their words have, counted by hand. */
const clips = [
  ['jfk', 28],
  ['en-privacy-prompt', 15],
  ['en-vm-nobodyavail', 16],
  ['en-demo-echodone', 9],
  ['es-priv-introsaved', 18],
] as const

const clip = (id: string) =>
  readWav(readFileSync(new URL(`../../../../fixtures/audio/clips/${id}.wav`, import.meta.url)))

describe('the prosody of people', () => {
  it('counts most of their syllables, and few too many', () => {
    let spoken = 0
    let counted = 0
    let missed = 0
    for (const [id, syllables] of clips) {
      const { samples, sampleRate } = clip(id)
      const told = analyseProsody(samples, { rate: sampleRate }).utterances
      const found = told.reduce((sum, utterance) => sum + utterance.syllables, 0)
      spoken += syllables
      counted += found
      missed += Math.abs(found - syllables)
    }
    expect(counted / spoken).toBeGreaterThan(0.85)
    expect(counted / spoken).toBeLessThan(1.15)
    expect(missed / spoken).toBeLessThan(0.2)
  })

  it('finds where they speak', () => {
    const { samples, sampleRate } = clip('en-something-terribly-wrong')
    const told = analyseProsody(samples, { rate: sampleRate }).utterances
    expect(told).toHaveLength(1)
    expect(told[0]?.pitch?.final).toBe('fall')
    expect(told[0]?.syllableRate).toBeGreaterThan(2.5)
    expect(told[0]?.syllableRate).toBeLessThan(6)
  })
})

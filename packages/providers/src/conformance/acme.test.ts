import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { acme } from './acme.test-kit.js'
import { openAcmeSim } from './acme-sim.test-kit.js'
import { describeVoice } from './voice-suite.test-kit.js'

describeVoice({
  name: 'The smallest vendor',
  openSim: openAcmeSim,
  create(context) {
    const voice = acme.tts?.create({ model: 'm', voice: 'v' }, context)
    if (voice === undefined) throw new Error('Acme has no voice')
    return voice
  },
  wordTimes: false,
  // fetch keeps what was used side by side.
  keptOpen: 3,
  // Raw sound cannot word a fault in the middle.
  stages: ['connect', 'first'],
})

describe('the document on adding a provider', () => {
  it('shows this very vendor', () => {
    const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
    const shown = /```ts\n([\s\S]*?)```/.exec(read('../../../../docs/adding-a-provider.md'))?.[1]
    const source = read('../../src/conformance/acme.test-kit.ts')
    expect(shown).toBe(source.slice(source.indexOf('export const acme')))
  })
})

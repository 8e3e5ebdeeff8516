import { expect, it } from 'vitest'
import { scriptedVoice } from './scripted-voice.test-kit.js'
import { createSpeechVoices, type SpeechVoice } from './speech-voices.js'

const voices: readonly SpeechVoice[] = [
  { name: 'google', voice: scriptedVoice({ name: 'google', languages: ['en-US', 'es'] }), speakers: [] },
  { name: 'flite', voice: scriptedVoice({ name: 'flite' }), speakers: ['slt', 'rms'] },
  { name: 'espeak', voice: scriptedVoice({ name: 'espeak', languages: ['en', 'es', 'fr'] }), speakers: [] },
]
const lines: string[] = []
const all = createSpeechVoices({
  voices,
  language: 'en',
  join(line) {
    lines.push(line.map(({ name }) => name).join(' '))
    return line[0] ?? scriptedVoice()
  },
})
const chosen = (voice?: string, language?: string) => {
  const { place, speaker, language: spoken } = all.choose({ voice, language })
  return [place, speaker, spoken]
}

it('are asked in their order, those that speak the language, a named one first', () => {
  expect(chosen()).toEqual(['google flite espeak', undefined, 'en'])
  expect(chosen(undefined, 'es-MX')).toEqual(['google espeak', undefined, 'es-MX'])
  expect(chosen('espeak')).toEqual(['espeak google flite', undefined, 'en'])
  expect(chosen('flite/rms')).toEqual(['flite google espeak', 'rms', 'en'])
  expect(chosen('rms')).toEqual(['flite google espeak', 'rms', 'en'])
  expect(chosen('google/es-US-Neural2-A')).toEqual(['google espeak', 'es-US-Neural2-A', 'es-US'])
})

it('are joined once for each line, however often and in whatever region they are asked for', () => {
  lines.length = 0
  for (const language of ['fr', 'fr-CA', 'FR', 'fr-x-1']) chosen(undefined, language)
  expect(lines).toEqual(['espeak'])
})

it('that are not there, have no such speaker or not that language are told with the field', () => {
  const refusal = (voice?: string, language?: string) => {
    try {
      return chosen(voice, language)
    } catch (error) {
      return error
    }
  }
  expect(refusal('bob')).toMatchObject({
    details: { param: 'voice' },
    message: 'there is no voice "bob"; there are google, flite, flite/slt, flite/rms, espeak',
  })
  expect(refusal('flite/bob')).toMatchObject({ details: { param: 'voice' } })
  expect(refusal('flite/')).toMatchObject({ details: { param: 'voice' } })
  expect(refusal('flite', 'es')).toMatchObject({ details: { param: 'language' } })
  expect(refusal(undefined, 'de')).toMatchObject({ code: 'voice_unavailable' })
})

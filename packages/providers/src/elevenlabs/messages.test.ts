import type { VisemeCue } from '@parley/audio'
import { emotions, speakingStyles } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonLines } from '../wire/json-lines.js'
import { charWords } from './char-words.js'
import { readScribeMessage, wordsOf } from './stt-messages.js'
import { elevenLabsError, readTtsMessage } from './tts-events.js'
import { voiceSettings } from './voice-settings.js'

describe('messages of ElevenLabs', () => {
  it('are read or refused, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), text => {
        readTtsMessage(text)
        const heard = readScribeMessage(text)
        if (heard !== undefined) wordsOf(heard)
      }),
    )
    expect(readTtsMessage('[]')).toBeUndefined()
    expect(readScribeMessage('{}')).toBeUndefined()
  })

  it('end a context by either spelling of final', () => {
    expect(readTtsMessage('{"isFinal":true,"contextId":"a"}')).toMatchObject({ id: 'a', last: true })
    expect(readTtsMessage('{"is_final":true,"context_id":"a"}')).toMatchObject({ id: 'a', last: true })
    expect(readTtsMessage('{"audio":"AAA=","isFinal":null,"contextId":"a"}')).toMatchObject({ last: false })
  })

  it('name errors of the recogniser by codes of ours', () => {
    const codes = Object.fromEntries(
      [
        'auth_error',
        'quota_exceeded',
        'unaccepted_terms',
        'rate_limited',
        'resource_exhausted',
        'queue_overflow',
        'transcriber_error',
        'session_time_limit_exceeded',
        'input_error',
        'invalid_request',
        'chunk_size_exceeded',
        'max_active_conversations',
        'input_timeout_exceeded',
      ].map(name => [name, elevenLabsError(name, 'why').code]),
    )
    expect(codes).toEqual({
      auth_error: 'provider_refused',
      quota_exceeded: 'provider_quota',
      unaccepted_terms: 'provider_refused',
      rate_limited: 'provider_limited',
      resource_exhausted: 'provider_overloaded',
      queue_overflow: 'provider_overloaded',
      transcriber_error: 'provider_failed',
      session_time_limit_exceeded: 'timeout',
      input_error: 'provider_rejected',
      invalid_request: 'provider_rejected',
      chunk_size_exceeded: 'provider_rejected',
      max_active_conversations: 'provider_limited',
      input_timeout_exceeded: 'timeout',
    })
  })

  it('keep every expression within what the vendor takes', () => {
    for (const emotion of emotions)
      for (const style of speakingStyles)
        for (const speed of [0.5, 1, 2]) {
          const settings = voiceSettings({ stability: 0.9, style: 0.9 }, { emotion, style, speed })
          expect(settings?.stability).toBeGreaterThanOrEqual(0)
          expect(settings?.stability).toBeLessThanOrEqual(1)
          expect(settings?.style).toBeLessThanOrEqual(1)
          const pace = settings?.speed ?? 1
          expect(pace).toBeGreaterThanOrEqual(0.7)
          expect(pace).toBeLessThanOrEqual(1.2)
        }
  })
})

describe('ElevenLabs expression', () => {
  it('leaves a voice as it is where nothing is asked', () => {
    expect(voiceSettings({})).toBeUndefined()
    expect(voiceSettings({}, { emotion: 'neutral' })).toBeUndefined()
  })

  it('makes an excited voice less steady and faster, a detached one steadier', () => {
    expect(voiceSettings({}, { emotion: 'excited' })).toEqual({ stability: 0.25, style: 0.25, speed: 1.15 })
    expect(voiceSettings({}, { emotion: 'detached' })).toEqual({ stability: 0.8, speed: 0.95 })
    expect(voiceSettings({ stability: 0.9 }, { style: 'newsreader' })).toEqual({ stability: 1 })
    expect(voiceSettings({ speed: 1.1 }, { speed: 2 })).toEqual({ speed: 1.2 })
  })
})

describe('ElevenLabs readers', () => {
  it('joins characters to the words of the text, and shows each before it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom('en', 'es', 'ja'), (said, language) => {
        const words: string[] = []
        let shownMs = 0
        const listener = {
          word: (word: string) => void words.push(word),
          visemes(cues: readonly VisemeCue[]) {
            for (const { startMs, endMs } of cues) {
              expect(startMs).toBeGreaterThanOrEqual(shownMs)
              expect(endMs).toBeGreaterThan(startMs)
              shownMs = endMs
            }
          },
        }
        const reader = charWords(listener, language)
        for (const [at, char] of [...said].entries()) reader.add(char, at * 10, at * 10 + 10)
        reader.end()
        expect(words).toEqual(said.split(/\s+/).filter(word => word !== ''))
        expect(shownMs).toBeLessThanOrEqual([...said].length * 10)
      }),
    )
  })

  it('reads lines of JSON wherever the body is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.jsonValue()), fc.integer({ min: 1, max: 7 }), async (values, size) => {
        const bytes = new TextEncoder().encode(values.map(value => JSON.stringify(value)).join('\n'))
        async function* body() {
          for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
        }
        const read: unknown[] = []
        for await (const value of jsonLines('Vendor', body())) read.push(value)
        expect(JSON.stringify(read)).toEqual(JSON.stringify(values))
      }),
      { numRuns: 50 },
    )
  })
})

import { emotions, speakingStyles } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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

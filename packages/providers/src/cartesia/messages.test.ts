import { emotions, speakingStyles } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { misfitsOf } from '../conformance/protocol-schema.test-kit.js'
import { generationConfig } from './expression.js'
import { readSttMessage, wordsOf } from './stt-messages.js'
import { readTtsMessage } from './tts-events.js'

describe('messages of Cartesia', () => {
  it('are read or refused, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), text => {
        readTtsMessage(text)
        const heard = readSttMessage(text)
        if (heard !== undefined) wordsOf(heard)
      }),
    )
    expect(readTtsMessage('{}')).toBeUndefined()
    expect(readTtsMessage('[]')).toBeUndefined()
  })

  it('may be unknown', () => {
    expect(readTtsMessage('{"type":"news","context_id":"a"}')).toMatchObject({ id: 'a' })
  })

  it('tell errors of both generations', () => {
    const old = readTtsMessage('{"type":"error","error":"no credit","status_code":402,"done":true}')
    expect(old?.event).toMatchObject({ kind: 'error', error: { code: 'provider_quota' } })
    const fresh = readTtsMessage(
      '{"type":"error","context_id":"a","title":"T","message":"no such voice","status_code":404}',
    )
    expect(fresh?.event).toMatchObject({ error: { code: 'provider_rejected', message: /no such voice/ } })
  })

  it('give words side by side or one by one', () => {
    const beside = '{"type":"transcript","words":[{"words":["a","b"],"start":[0,1],"end":[1,2]}]}'
    const each =
      '{"type":"transcript","words":[{"word":"a","start":0,"end":1},{"word":"b","start":1,"end":2}]}'
    for (const text of [beside, each])
      expect(wordsOf(readSttMessage(text) ?? { type: '' })).toEqual([
        { text: 'a', startMs: 0, endMs: 1_000 },
        { text: 'b', startMs: 1_000, endMs: 2_000 },
      ])
  })

  it('know a name for every emotion and style', () => {
    const configs = [
      ...emotions.map(emotion => generationConfig({ emotion }, undefined)),
      ...speakingStyles.flatMap(style => generationConfig({ style }, undefined) ?? []),
    ]
    const messages = configs.map(message => ({ path: '', message }))
    expect(misfitsOf('cartesia/cartesia.strict', 'GenerationConfig')(messages)).toEqual([])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readyMessage } from '../testing/virtual-page.js'
import { readServerMessage } from './server-message.js'

describe('reading the gateway’s messages', () => {
  it('takes what fits, whatever a newer gateway adds to it', () => {
    const message = { ...readyMessage(), newField: 1 }
    expect(readServerMessage(JSON.stringify(message))).toEqual({ kind: 'message', message })
  })

  it('passes over types it does not know, names of Object’s own members among them', () => {
    for (const type of ['tomorrow', 'constructor', '__proto__', 'toString']) {
      expect(readServerMessage(JSON.stringify({ type }))).toEqual({ kind: 'unknown', type })
    }
  })

  it('names the field that does not fit', () => {
    expect(readServerMessage('{"type":"audio-begin","reply":"r1"}')).toEqual({
      kind: 'bad',
      reason: 'audio-begin.fromMs is not a number',
    })
    expect(
      readServerMessage('{"type":"reply-ended","turn":"t","reply":"r","said":"","heard":[]}'),
    ).toMatchObject({
      kind: 'bad',
    })
  })

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), text => {
        expect(['message', 'unknown', 'bad']).toContain(readServerMessage(text).kind)
      }),
    )
  })
})

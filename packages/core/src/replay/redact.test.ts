import { describe, expect, it } from 'vitest'
import { createRedactor, redactedJson } from './redact.js'

const redactor = createRedactor({ words: { mask: () => 'x' }, draw: () => 0 })
const cues = [{ viseme: 'PP', startMs: 0, endMs: 80 }] as const

describe('redaction', () => {
  it('leaves no shapes of the mouth, from which words could be read, and that there were some', () => {
    const part = { kind: 'visemes', cues } as const
    expect(redactor.input({ kind: 'part', stream: 0, part, count: 0 })).toEqual({
      kind: 'part',
      stream: 0,
      part: { kind: 'visemes', cues: [] },
      count: 0,
    })
  })

  it('counts an event with shapes as the one that a replay of its redacted log tells', () => {
    const event = { kind: 'reply-visemes', atMs: 7, reply: 'rpl_1' }
    const told = redactedJson({ kind: 'event', event: { ...event, cues } })
    expect(told).toBe(redactedJson({ kind: 'event', event: { ...event, cues: [] } }))
    expect(told).not.toContain('PP')
  })
})

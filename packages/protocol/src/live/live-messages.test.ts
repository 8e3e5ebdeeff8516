import { describe, expect, it } from 'vitest'
import { liveAsyncApi } from './asyncapi.js'
import { liveClientMessageSchema, liveServerMessageSchema, liveServerMessages } from './live-messages.js'

describe('messages of the live socket', () => {
  it('have examples that are valid, and a place in the document', () => {
    const document = JSON.stringify(liveAsyncApi())
    const both = [
      ...liveServerMessages.map(schema => [schema, liveServerMessageSchema] as const),
      ...liveClientMessageSchema.options.map(schema => [schema, liveClientMessageSchema] as const),
    ]
    for (const [schema, whole] of both) {
      const { examples, description } = schema.meta() ?? {}
      if (!Array.isArray(examples) || examples.length === 0) throw new Error('There is no example.')
      for (const example of examples) expect(whole.parse(example)).toEqual(example)
      expect(document).toContain(JSON.stringify(description))
    }
  })

  it('take a part of a row, but not one without its session', () => {
    const changes = (row: object) => ({ type: 'changes', changed: [row], gone: [] })
    expect(liveServerMessageSchema.safeParse(changes({ session: 's', turns: 2 })).success).toBe(true)
    expect(liveServerMessageSchema.safeParse(changes({ turns: 2 })).success).toBe(false)
  })
})

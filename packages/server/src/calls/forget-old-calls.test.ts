import type { CallId, CallKey } from '@parley/calls'
import { expect, it } from 'vitest'
import { forgetOldCalls } from './forget-old-calls.js'

const keys = (count: number): CallKey[] =>
  Array.from({ length: count }, (_, n) => ({ tenant: 't', id: `call_${n}` as CallId }))

it('forgets all that is old, however much, and removes each recording before its call', async () => {
  let rows = keys(450)
  const files = new Set<string>(rows.map(({ id }) => id))
  const forgotten = await forgetOldCalls({
    store: {
      olderCalls: async (_, limit) => rows.slice(0, limit),
      async dropOlder(_, __, limit) {
        const dropped = rows.slice(0, limit)
        rows = rows.slice(limit)
        expect(dropped.filter(({ id }) => files.has(id))).toEqual([])
        return dropped
      },
    },
    recordings: { remove: async ({ id }) => void files.delete(id) },
    beforeMs: 1,
    signal: new AbortController().signal,
  })
  expect({ forgotten, left: rows.length, files: files.size }).toEqual({ forgotten: 450, left: 0, files: 0 })
})

it('leaves no recording of a call that went although another was shown', async () => {
  const removed: string[] = []
  const [shown, gone] = keys(2) as [CallKey, CallKey]
  await forgetOldCalls({
    store: { olderCalls: async () => [shown], dropOlder: async () => [gone] },
    recordings: { remove: async ({ id }) => void removed.push(id) },
    beforeMs: 1,
    signal: new AbortController().signal,
  })
  expect(removed).toEqual([shown.id, gone.id])
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ClientStage } from './client-stage.test-kit.js'
import { LiveKitClient, type LiveKitItem } from './livekit-client.test-kit.js'

const act = fc.oneof(
  fc.record({ do: fc.constant('say' as const), words: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    do: fc.constant('insert' as const),
    at: fc.nat(6),
    role: fc.constantFrom('user', 'assistant', 'system'),
  }),
  fc.record({ do: fc.constant('delete' as const), at: fc.nat(6) }),
  fc.record({ do: fc.constant('rewrite' as const), at: fc.nat(6) }),
  fc.record({ do: fc.constantFrom('ask' as const, 'interrupt' as const, 'reconnect' as const) }),
)
const acts = fc.array(fc.record({ act, waitMs: fc.nat(90).map(tens => tens * 20) }), {
  minLength: 3,
  maxLength: 14,
})
/** An answer asked for while one is under way, an item cut that was just rewritten: nothing is lost by them. */
const races =
  /^(conversation_already_has_active_response|item_delete_invalid|item_truncate_invalid|item_create_|invalid_value: Audio)/

describe('LiveKit’s plugin at any moment', () => {
  it('always has the conversation that the server and the agent have', async () => {
    await fc.assert(
      fc.asyncProperty(acts, fc.constantFrom(0, 80), async (list, paceMs) => {
        const stage = new ClientStage({
          paceMs,
          think: () => 'an answer of some words that takes its time to be heard',
        })
        const client = new LiveKitClient(stage)
        const failed: string[] = []
        const waits: Promise<void>[] = []
        const note = (wait: Promise<void>) =>
          void waits.push(wait.catch((thrown: Error) => void failed.push(thrown.message)))
        let count = 0
        const fresh = (role: string): LiveKitItem => ({
          id: `item_own_${++count}`,
          type: 'message',
          role,
          texts: [`own ${count}`],
        })
        for (const { act, waitMs } of list) {
          const chat = [...client.chat]
          if (act.do === 'say') stage.say(Array.from({ length: act.words }, () => 'word').join(' '))
          else if (act.do === 'insert') note(client.updateChat(chat.toSpliced(act.at, 0, fresh(act.role))))
          else if (act.do === 'delete') note(client.updateChat(chat.filter((_, index) => index !== act.at)))
          else if (act.do === 'rewrite') {
            const item = chat[act.at]
            if (item?.type === 'message') note(client.rewrite(item.id, 'other words'))
          } else if (act.do === 'ask') client.generateReply().catch(() => {})
          else if (act.do === 'interrupt') client.interrupt()
          else client.reconnect()
          await stage.listen(waitMs, client.hear)
        }
        await stage.listen(6_000, client.hear)
        await Promise.all(waits)
        expect(client.broken).toEqual([])
        expect(client.errors.filter(error => !races.test(error))).toEqual([])
        expect(stage.faults).toEqual([])
        client.generateReply('last').catch(() => {})
        await stage.listen(3_000, client.hear)
        const known = stage.turns.at(-1)
        expect(known?.wishes?.instructions).toBe('last')
        const own = known?.history.flatMap(({ text }) => text.match(/own \d+/) ?? []) ?? []
        const shown = client.chat.flatMap(({ texts }) => texts.join(' ').match(/own \d+/) ?? [])
        expect(own.sort()).toEqual(shown.sort())
        await stage.close()
      }),
      { numRuns: 12 },
    )
  })
})

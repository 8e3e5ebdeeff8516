import { describe, expect, it } from 'vitest'
import { type ParleyProcess, startParley } from './support/parley-process.js'
import { VoiceCaller } from './support/voice-caller.js'

interface StoredConversation {
  readonly turns: readonly {
    readonly user?: { readonly text: string }
    readonly replies: readonly { readonly id: string; readonly ended?: { readonly heardText: string } }[]
  }[]
}

async function stored(gateway: ParleyProcess, session: string): Promise<StoredConversation> {
  const response = await fetch(`${gateway.url}/api/sessions/${session}`)
  return (await response.json()) as StoredConversation
}

describe('a gateway that is killed without warning', { timeout: 120_000 }, () => {
  it('loses no transcript row that was announced, whenever it dies', async () => {
    let gateway = await startParley({ brief: true })
    for (const laterMs of [0, 130, 410, 770]) {
      const caller = await VoiceCaller.call(gateway.url)
      const { session } = await caller.next('ready')
      const typing = setInterval(() => {
        if (caller.closeCode === undefined)
          caller.send({ type: 'text', text: `what are your hours ${performance.now()}` })
      }, 60)
      await caller.next('transcript-final', () => caller.of('transcript-final').length > 5)
      await new Promise(resolve => setTimeout(resolve, laterMs))
      await gateway.kill()
      clearInterval(typing)
      gateway = await startParley({ dataDir: gateway.dataDir, brief: true })
      const { turns } = await stored(gateway, session)
      const texts = new Set(turns.map(({ user }) => user?.text))
      const replies = new Map(
        turns.flatMap(turn => turn.replies.map(({ id, ended }) => [id, ended?.heardText])),
      )
      const announced = caller.of('transcript-final')
      for (const { text } of announced) expect(texts).toContain(text)
      for (const { reply, heard, said } of caller.of('reply-ended')) {
        if (said !== '') expect(replies.get(reply)).toBe(heard.text)
      }
    }
    await gateway.stop()
  })
})

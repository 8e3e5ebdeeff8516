import { fileURLToPath } from 'node:url'
import { createGatewayIdentity } from '@parley/transports'
import { describe, expect, it } from 'vitest'
import { openBrowser } from '../../packages/client/dist/testing/browser.js'
import { openTestGateway } from '../../packages/client/dist/testing/test-gateway.js'
import { eventOf, startStage } from '../../packages/transports/dist/ws/harness.test.support.js'

const identity = createGatewayIdentity(new Uint8Array(32).fill(5))
const dist = (name: string) => fileURLToPath(new URL(`../../packages/${name}/dist`, import.meta.url))

/** Runs in the page: one encrypted conversation. What a bundler does for an application, the import map does here. */
const converse = `async ({ url, gatewayKey }) => {
  const map = document.createElement('script')
  map.type = 'importmap'
  map.textContent = JSON.stringify({ imports: { '@parley/protocol/sframe': '/protocol/sframe/index.js' } })
  document.head.append(map)
  const { createVoiceClient } = await import('/client/index.js')
  const client = createVoiceClient({ url, gatewayKey, codec: 'pcm16', reconnect: { attempts: 0 } })
  const told = new Promise(resolve => client.on('transcript-partial', resolve))
  try {
    await client.connect()
    client.sendText('from a browser')
    client.sendAudio(Int16Array.of(1, -2, 3))
    const { text } = await told
    client.close()
    return text
  } catch ({ code }) {
    return code
  }
}`

describe('a page in a real browser', () => {
  it('holds an encrypted conversation, and none with a gateway that it did not pin', async () => {
    const stage = await startStage({}, { encryption: { identity, required: true } })
    const files = await openTestGateway({
      files: { '/client/': dist('client'), '/protocol/': dist('protocol') },
    })
    const browser = await openBrowser('/dev/null')
    try {
      stage.host.onOpen = session => {
        const partial = { kind: 'transcript-partial', atMs: 1, turn: 'trn_1', text: 'an answer' }
        session.transport.send(eventOf(partial))
      }
      const talk = async (gatewayKey: string) => {
        const page = await browser.newPage()
        await page.goto(`${files.origin}/client/index.js`)
        return page.evaluate(`(${converse})(${JSON.stringify({ url: stage.address, gatewayKey })})`)
      }
      expect(await talk(identity.pin)).toBe('an answer')
      const [session] = stage.host.sessions
      await session?.closed
      expect(session?.calls).toEqual(['text from a browser', 'closed client'])
      expect(session?.frames[0]?.samples).toEqual(Int16Array.of(1, -2, 3))
      const other = createGatewayIdentity(new Uint8Array(32).fill(6))
      expect(await talk(other.pin)).toBe('gateway-not-trusted')
      expect(stage.host.sessions).toHaveLength(1)
    } finally {
      await browser.close()
      await files.close()
      await stage.close()
    }
  })
})

import { describe, expect, it } from 'vitest'
import { startParley } from './support/parley-process.js'

describe('a gateway whose log nobody reads any more', { timeout: 30_000 }, () => {
  it('goes on serving and stops cleanly', async () => {
    const gateway = await startParley({ env: { LOG_LEVEL: 'debug' }, brief: true })
    gateway.child.stdout?.destroy()
    gateway.child.stderr?.destroy()
    for (let request = 0; request < 20; request++) {
      expect((await fetch(`${gateway.url}/health`)).status).toBe(200)
    }
    expect(await gateway.stop()).toBe(0)
  })
})

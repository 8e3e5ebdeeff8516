import { loadOpus } from '@parley/audio'
import { ParleyError } from '@parley/core'
import { defaultOpusManner } from '@parley/transports'
import { io } from 'socket.io-client'
import { expect, it } from 'vitest'
import { startRig, tokenFor } from '../testing/gateway-rig.js'
import { attachSocketio } from './attach-socketio.js'

it('refuses calls where clients have to encrypt, for its events are not sealed', async () => {
  const opus = await loadOpus()
  let asked = 0
  const nobody = () => {
    asked += 1
    return Promise.reject(new ParleyError('not_found'))
  }
  const rig = await startRig({
    env: { PARLEY_REQUIRE_ENCRYPTION: 'true' },
    edge: parts => async app => {
      const edge = await attachSocketio({
        ...parts,
        ...{ opus, opusManner: defaultOpusManner, listenRate: 16_000, epochMs: () => 0 },
        host: { open: nobody, resume: nobody },
        lifecycle: { onStop() {} } as never,
        warm() {},
      })
      app.addHook('onClose', () => edge.close())
      await app.register(edge.routes)
    },
  })
  const client = io(rig.url, { transports: ['websocket'], auth: { token: await tokenFor('acme') } })
  expect(await client.emitWithAck('call:start')).toMatchObject({ ok: false, code: 'encryption_required' })
  expect(asked).toBe(0)
  client.disconnect()
  await rig.stop()
})

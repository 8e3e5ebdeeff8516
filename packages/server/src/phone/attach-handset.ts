import { HANDSET_MAX_MESSAGE_BYTES, HANDSET_PATH } from '@parley/protocol'
import type { Door } from '../door/routes.js'
import type { EmbeddedCarrier } from './embedded-carrier.js'

/**
 * Handsets at the door: on this machine anybody who may talk, elsewhere whoever brings a token with the scope `talk`.
 * Only where the emulator is the carrier; a gateway with a real one has no such path.
 */
export function attachHandset(
  door: Pick<Door, 'routes'>,
  carrier: Pick<EmbeddedCarrier, 'attachHandset'>,
): void {
  door.routes.set(HANDSET_PATH, {
    scope: 'talk',
    protocols: ['parley.handset.v1'],
    maxPayloadBytes: HANDSET_MAX_MESSAGE_BYTES,
    handle: socket => carrier.attachHandset(socket),
  })
}

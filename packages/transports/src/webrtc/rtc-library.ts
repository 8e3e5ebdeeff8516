/**
 * The WebRTC stack (libdatachannel), loaded when the first call comes: its binary is built for some platforms only, and
 * a gateway without calls must start on all of them.
 */
import { ParleyError } from '@parley/core'
import type * as NodeDataChannel from 'node-datachannel'

/** What of the library is used. */
export type RtcLibrary = Pick<typeof NodeDataChannel, 'PeerConnection' | 'Audio' | 'getLibraryVersion'>

/** @throws ParleyError `provider_missing` where the binary is not there or does not load. */
export async function loadRtcLibrary(
  load: () => Promise<RtcLibrary> = () => import('node-datachannel'),
): Promise<RtcLibrary> {
  try {
    return await load()
  } catch (cause) {
    throw new ParleyError(
      'provider_missing',
      'WebRTC is not available: the binary of `node-datachannel` for this platform is not installed. Run `npm install ' +
        'node-datachannel` without `--omit=optional`, or connect over the WebSocket instead.',
      { cause },
    )
  }
}

import { loadRtcLibrary } from '@parley/transports'
import { type Finding, ok, reasonOf, warn } from './finding.js'

/** Whether calls over WebRTC can be taken. Everything else works without. */
export async function checkWebRtc(): Promise<Finding> {
  try {
    await loadRtcLibrary()
    return ok('webrtc', 'node-datachannel')
  } catch (error) {
    return warn('webrtc', 'no calls of browsers over WebRTC; WebSockets still work', reasonOf(error))
  }
}

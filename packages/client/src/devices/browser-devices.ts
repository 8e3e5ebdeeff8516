/** The browser's own sound and devices. Safe to make where there is no browser: nothing is touched until it is used. */
import type { VoiceDevices } from '../voice/voice-devices.js'
import { listDevices } from './device-list.js'
import { openPageSound } from './page-sound.js'
import { listen, pageState } from './page-state.js'

/** With a context of the page's own that one is used and never closed. */
export function browserDevices(context?: AudioContext): VoiceDevices {
  const media = () => globalThis.navigator?.mediaDevices as MediaDevices | undefined
  return {
    openSound: ({ calls = false } = {}) => openPageSound({ context, calls }),
    cardRate: () => (context === undefined ? cardRate() : undefined),
    list: () => listDevices(media()),
    onDevices: changed => listen(media(), 'devicechange', changed),
    page: pageState,
  }
}

/** A context keeps the rate it was made with; a new one has that of the card by now. */
function cardRate(): number | undefined {
  try {
    const probe = new AudioContext()
    const { sampleRate } = probe
    probe.close().catch(() => {})
    return sampleRate
  } catch {
    // Phones give a page only a few contexts.
    return undefined
  }
}

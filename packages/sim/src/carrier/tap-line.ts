/** Looks on what goes over a media stream, for phones that show it. */

import type { PhoneLine } from '../phone/phone-line.js'
import type { LineNews } from './party.js'

/** Marks are told as they go back, which is when they were played; keys as the gateway sends them. */
export function tapLine(line: PhoneLine, tell: (news: LineNews) => void): PhoneLine {
  return {
    ...line,
    send(text) {
      // Sound is most of it, and is not looked into.
      if (text.startsWith('{"event":"mark"')) {
        const { mark } = JSON.parse(text) as { readonly mark?: { readonly name?: string } }
        tell({ kind: 'mark', name: mark?.name ?? '' })
      }
      line.send(text)
    },
    onMessage(take) {
      line.onMessage(text => {
        if (!text.includes('"media"')) {
          const message = JSON.parse(text) as { readonly event?: string; readonly dtmf?: { digit?: string } }
          if (message.event === 'dtmf') tell({ kind: 'digits', digits: message.dtmf?.digit ?? '' })
        }
        take(text)
      })
    },
  }
}

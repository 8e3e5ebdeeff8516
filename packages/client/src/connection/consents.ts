/**
 * What the person says of being recorded, until the gateway is known to have heard it, and how their conversation stands. A
 * conversation that is begun anew in the place of a lost one is begun with the last word.
 */
import type { ClientMessageInput, Ready, RecordingNotice, ServerMessageOf } from '@parley/protocol'

export interface Consents {
  readonly notice: RecordingNotice
  /** For the hello of a conversation that begins. */
  readonly early: boolean | undefined
  say(granted: boolean): void
  /** To be told before the page is. */
  ready(ready: Ready): void
  told(message: ServerMessageOf<'recording'>): void
  /** The page begins a conversation of its own accord. */
  begin(): void
  /** It is over. */
  end(): void
}

export interface ConsentsOptions {
  /** What the page knew before. */
  before(): boolean | undefined
  /** Sends it, if there is a connection. */
  send(message: ClientMessageInput): void
}

export const notRecorded: RecordingNotice = { state: 'off' }

export function createConsents({ before, send }: ConsentsOptions): Consents {
  let notice = notRecorded
  let session: string | undefined
  let said: boolean | undefined
  let isHeard = true

  function tell(): void {
    if (said !== undefined) send({ type: 'consent', granted: said })
  }

  return {
    get notice() {
      return notice
    },
    get early() {
      return said ?? before()
    },
    say(granted) {
      said = granted
      isHeard = false
      tell()
    },
    ready(ready) {
      if (ready.session !== session) notice = notRecorded
      session = ready.session
      if (!isHeard) tell()
    },
    told({ type, ...told }) {
      notice = told
      // A no of another device, or one that was spoken, is the last word here, too.
      if (told.consent === 'refused') said = false
      isHeard ||= told.state === 'off' || told.consent === (said ? 'granted' : 'refused')
    },
    begin() {
      said = undefined
      isHeard = true
      notice = notRecorded
    },
    end() {
      if (notice.state !== 'off') notice = { ...notice, state: 'off' }
    },
  }
}

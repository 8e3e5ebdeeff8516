/**
 * What kind of sound the page has, where the system asks (Safari, Audio Session API). Without a word an iPhone takes a page
 * that only plays for one of incidental sounds, and its silent switch silences the agent; a page that captures has to say
 * so first.
 */

export interface AudioSessionUse {
  /** Before the microphone is asked for; returns how to say that it is closed. */
  captures(): () => void
  end(): void
}

interface SessionLike {
  type: string
}

/** Says that the page plays, until `end`. Does nothing where nobody asks. */
export function beginAudioSession(
  session = (globalThis.navigator as { audioSession?: SessionLike } | undefined)?.audioSession,
): AudioSessionUse {
  let capturing = 0
  let over = false

  function tell(): void {
    if (session !== undefined) session.type = over ? 'auto' : capturing > 0 ? 'play-and-record' : 'playback'
  }

  tell()
  return {
    captures() {
      let released = false
      capturing++
      tell()
      return () => {
        if (released) return
        released = true
        capturing--
        tell()
      }
    },
    end() {
      over = true
      tell()
    },
  }
}

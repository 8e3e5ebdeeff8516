/** The browser's own speech recogniser, where it has one: its words go to the gateway as typed text. */

interface RecognitionEvent {
  readonly resultIndex: number
  readonly results: ArrayLike<ArrayLike<{ readonly transcript: string }> & { readonly isFinal: boolean }>
}

interface Recognition {
  lang: string
  continuous: boolean
  interimResults: boolean
  onresult: ((event: RecognitionEvent) => void) | null
  onerror: ((event: { readonly error: string }) => void) | null
  onend: (() => void) | null
  start(): void
  stop(): void
}

export interface BrowserRecogniserOptions {
  readonly language: string
  readonly interim: (text: string) => void
  readonly final: (text: string) => void
  /** It stopped by itself; `reason` is the browser's word for why, if any. */
  readonly ended: (reason: string | undefined) => void
}

function recognitionClass(): (new () => Recognition) | undefined {
  const scope = globalThis as unknown as Record<string, new () => Recognition>
  return scope.SpeechRecognition ?? scope.webkitSpeechRecognition
}

export function hasBrowserRecogniser(): boolean {
  return recognitionClass() !== undefined
}

/** Begins to listen; returns how to stop. */
export function startBrowserRecogniser(options: BrowserRecogniserOptions): () => void {
  const Recogniser = recognitionClass()
  if (Recogniser === undefined) {
    options.ended('unsupported')
    return () => {}
  }
  const recogniser = new Recogniser()
  let reason: string | undefined
  recogniser.lang = options.language
  recogniser.continuous = true
  recogniser.interimResults = true
  recogniser.onresult = event => {
    let interim = ''
    for (let i = event.resultIndex; i < event.results.length; i++) {
      const result = event.results[i]
      const text = result?.[0]?.transcript ?? ''
      if (result?.isFinal && text.trim() !== '') options.final(text.trim())
      else interim += text
    }
    options.interim(interim.trim())
  }
  recogniser.onerror = event => {
    reason = event.error
  }
  recogniser.onend = () => options.ended(reason)
  recogniser.start()
  return () => {
    recogniser.onend = null
    recogniser.stop()
  }
}

declare module '@echogarden/espeak-ng-emscripten' {
  interface EspeakEvent {
    readonly type: string
    /** ms from the beginning of the text. */
    readonly audio_position: number
    /** Code points from 1. */
    readonly text_position: number
  }
  interface EspeakWorker {
    /** 0 when the voice exists. */
    set_voice(name: string): number
    get_samplerate(): number
    list_voices(): readonly { readonly languages: readonly { readonly name: string }[] }[]
    /** The callback stops the synthesis by returning true. */
    synthesize(text: string, callback: (audio: Int16Array, events: readonly EspeakEvent[]) => boolean): void
  }
  const initialise: () => Promise<{ readonly eSpeakNGWorker: new () => EspeakWorker }>

  export { initialise as default }
}

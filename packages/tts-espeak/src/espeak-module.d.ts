/** The part of the espeak-ng build that is used; the package has no types. */
declare module '@echogarden/espeak-ng-emscripten' {
  export interface EspeakEvent {
    readonly type: string
    /** ms since the beginning of the text. */
    readonly audio_position: number
    /** Of the word in the text, in code points from 1. */
    readonly text_position: number
    /** Of a phoneme: its letters in IPA, empty for a pause. Of others a number. */
    readonly id?: string | number
  }

  export interface EspeakVoice {
    /** Name of a voice file, such as `roa/es`. */
    readonly identifier: string
    readonly languages: readonly { readonly priority: number; readonly name: string }[]
  }

  export interface EspeakWorker {
    /** 0 if there is such a voice; `es`, `en-us`, or with a variant `en-us+f2`. */
    set_voice(name: string): number
    set_rate(wordsPerMinute: number): void
    /** 0–99, normally 50. */
    set_pitch(pitch: number): void
    /** 0–99, normally 50. */
    set_range(range: number): void
    /** 0–200, normally 100. */
    set_volume(volume: number): void
    list_voices(): EspeakVoice[]
    /** Reads SSML. The callback gets sound and events as they are made; it may return true to stop. */
    synthesize(ssml: string, callback: (samples: Int16Array | null, events: EspeakEvent[]) => boolean): void
  }

  interface EspeakModule {
    readonly eSpeakNGWorker: new () => EspeakWorker
  }

  export default function load(): Promise<EspeakModule>
}

/** Every way in which bytes can fail to be a usable WAV. */
export type WavErrorCode =
  /** No RIFF/WAVE at the start, and no other format that is known. */
  | 'not_wav'
  /** Another audio format, which the message names. */
  | 'other_format'
  /** Chunks that contradict themselves or are missing. */
  | 'bad_header'
  /** A WAV of an encoding that is not read, which the message names. */
  | 'unsupported_encoding'
  | 'rate_out_of_range'
  | 'no_samples'
  | 'too_large'

/** The bytes are no WAV that can be read; the message says what they are and what to do. */
export class WavError extends Error {
  readonly code: WavErrorCode

  constructor(code: WavErrorCode, message: string) {
    super(message)
    this.name = 'WavError'
    this.code = code
  }
}

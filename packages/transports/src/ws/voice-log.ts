/** The two lines of a logger that a socket needs; a pino logger is one. Facts never hold tokens, text or audio. */
export interface VoiceLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
}

/**
 * The words of one language that matter for who speaks: data only, one file a language. Entries are words or short
 * phrases, written as people write them; `createTurnWords` normalises them.
 */
export interface WordLists {
  /** Primary subtag of BCP 47, lower case: `en`. */
  readonly language: string
  /** Said while another speaks, claiming nothing: "uh-huh", "right", "yes sir". */
  readonly backchannels: readonly string[]
  /** Said to get the floor at once: "stop", "hold on", "excuse me". */
  readonly commands: readonly string[]
  /** Sounds and words that hold the floor while one thinks: "um", "let me see". */
  readonly fillers: readonly string[]
  /** With these nobody ends a turn: "the", "because", "I would like". */
  readonly unfinished: readonly string[]
  /** Whole turns that are complete though short: "yes", "thank you". Backchannels are, too. */
  readonly answers: readonly string[]
  /** Numbers in words, as they are dictated: "seven", "double", "oh". */
  readonly numbers: readonly string[]
}

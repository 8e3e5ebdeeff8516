/** When an answering machine is one, in the terms in which carriers sell their detection; all times are ms. */

export interface MachineOptions {
  /** A greeting at least this long is a machine's. Default 2,400; 1,000–6,000. */
  readonly speechMs?: number
  /** Silence that ends a greeting: a shorter one was a person's. Default 1,200; 500–5,000. */
  readonly speechEndMs?: number
  /** The same after a greeting of one word or two, which machines do not have. Default 800, never above `speechEndMs`. */
  readonly briefEndMs?: number
  /** Silence from the beginning after which nobody can tell. Default 5,000; 2,000–10,000. */
  readonly silenceMs?: number
  /** Nobody waits longer for the verdict. Default 30,000; 3,000–120,000. */
  readonly totalMs?: number
  /** Silence after which a machine's greeting is over although no beep came. Default 2,500. */
  readonly greetingSilenceMs?: number
  /** Longest greeting of a machine. Default 120,000. */
  readonly greetingMs?: number
  /** How long after the answer a person may turn out to be a machine. Default 12,000. */
  readonly reviseMs?: number
}

export const defaultMachineOptions: Required<MachineOptions> = {
  speechMs: 2_400,
  speechEndMs: 1_200,
  briefEndMs: 800,
  silenceMs: 5_000,
  totalMs: 30_000,
  greetingSilenceMs: 2_500,
  greetingMs: 120_000,
  reviseMs: 12_000,
}

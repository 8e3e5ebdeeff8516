/** How OpenAI and the servers that imitate it differ, as far as a client can see. */

export const textProfiles = ['openai', 'ollama', 'vllm', 'llama.cpp'] as const
export type TextProfile = (typeof textProfiles)[number]

export interface TextQuirks {
  /** Where thoughts of a reasoning model go; `tags` puts them into the text itself. */
  readonly reasoning: 'none' | 'reasoning' | 'reasoning_content' | 'tags'
  /** Tool calls come in one piece. */
  readonly wholeCalls: boolean
  /** All calls have index 0. */
  readonly sameIndex: boolean
  readonly callIds: boolean
  readonly usage: boolean
  /** Whether `[DONE]` ends the stream. */
  readonly done: boolean
  /** Fields besides those of OpenAI's chunks. */
  readonly extra: Readonly<Record<string, unknown>>
  readonly errorCode: 'name' | 'status' | 'none'
}

const plain: TextQuirks = {
  reasoning: 'none',
  wholeCalls: false,
  sameIndex: false,
  callIds: true,
  usage: true,
  done: true,
  extra: {},
  errorCode: 'name',
}

export const textQuirks: Readonly<Record<TextProfile, TextQuirks>> = {
  openai: { ...plain, extra: { service_tier: 'default', system_fingerprint: 'fp_sim' } },
  ollama: {
    ...plain,
    reasoning: 'reasoning',
    wholeCalls: true,
    sameIndex: true,
    extra: { system_fingerprint: 'fp_ollama' },
    errorCode: 'none',
  },
  vllm: { ...plain, reasoning: 'reasoning_content', errorCode: 'status' },
  'llama.cpp': {
    ...plain,
    reasoning: 'reasoning_content',
    callIds: false,
    extra: { timings: { prompt_n: 1, predicted_n: 1 } },
    errorCode: 'status',
  },
}

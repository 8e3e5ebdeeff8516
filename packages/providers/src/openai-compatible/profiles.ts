/** What servers that imitate OpenAI differ in, as far as a request shows it. `generic` is the least of them all. */

export const compatibleProfiles = ['generic', 'ollama', 'vllm', 'llama.cpp'] as const
export type CompatibleProfile = (typeof compatibleProfiles)[number]

export interface ProfileFacts {
  /** For people. */
  readonly title: string
  /** Whether `tool_choice` means anything to it. */
  readonly toolChoice: boolean
  /** What turns a reasoning model's thinking on or off. */
  thinking(on: boolean): Readonly<Record<string, unknown>>
  /** A model is loaded by its first request: warm-up makes one of a single token. */
  readonly loadsOnDemand: boolean
  /** Whether its list of models tells which names it takes. */
  readonly listsModels: boolean
}

const template = (on: boolean) => ({ chat_template_kwargs: { enable_thinking: on } })

export const profileFacts: Readonly<Record<CompatibleProfile, ProfileFacts>> = {
  generic: {
    title: 'The server',
    toolChoice: true,
    thinking: on => ({ reasoning_effort: on ? 'medium' : 'none' }),
    loadsOnDemand: false,
    listsModels: true,
  },
  ollama: {
    title: 'Ollama',
    toolChoice: false,
    thinking: on => ({ reasoning_effort: on ? 'medium' : 'none' }),
    loadsOnDemand: true,
    listsModels: true,
  },
  vllm: { title: 'vLLM', toolChoice: true, thinking: template, loadsOnDemand: false, listsModels: true },
  'llama.cpp': {
    title: 'llama.cpp',
    toolChoice: true,
    thinking: template,
    loadsOnDemand: false,
    // It serves the model it was started with, whatever name is asked for.
    listsModels: false,
  },
}

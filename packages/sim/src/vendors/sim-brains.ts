/**
 * What is behind a simulated vendor. In tests: coded speech, which tells exactly which words were made and heard. For
 * offline work: the embedded voices and recogniser.
 */

export interface SimBrains {
  /** Words in the sound of one utterance. */
  hear(samples: Int16Array, sampleRate: number, language: string): Promise<SimHeard>
  speak(text: string, sampleRate: number, language: string): Promise<SimSpeech>
  /** Yields the answer piece by piece. */
  think(prompt: SimPrompt): AsyncIterable<SimThought>
}

export interface SimHeard {
  readonly text: string
  /** In ms from the first sample. */
  readonly words: readonly SimWord[]
}

export interface SimSpeech {
  readonly samples: Int16Array
  readonly words: readonly SimWord[]
}

export interface SimWord {
  readonly text: string
  readonly startMs: number
  readonly endMs: number
}

export interface SimPrompt {
  readonly model: string
  readonly instructions: string
  readonly messages: readonly SimTurn[]
  /** Names of the tools that may be called. */
  readonly tools: readonly string[]
}

export type SimTurn =
  | { readonly role: 'user' | 'assistant'; readonly text: string }
  | { readonly role: 'tool'; readonly name: string; readonly text: string }

export type SimThought =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tool-call'; readonly name: string; readonly arguments: string }

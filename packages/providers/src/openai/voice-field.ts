/** A voice as OpenAI wants it: those made by a customer have ids, and go in an object. */
export function voiceField(voice: string): string | { readonly id: string } {
  return voice.startsWith('voice_') ? { id: voice } : voice
}

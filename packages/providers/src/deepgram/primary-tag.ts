/** `es` of `es-MX`. Deepgram refuses most regions and knows all its languages without one. */
export function primaryTag(language: string): string {
  return language.split('-')[0]?.toLowerCase() ?? language
}

/** `es` of `es-MX`. Many vendors refuse most regions and know all their languages without one. */
export function primaryLanguage(language: string): string {
  return language.split('-')[0]?.toLowerCase() ?? language
}

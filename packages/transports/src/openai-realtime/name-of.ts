/** What a client gave as the name of something; anything but text names nothing, and must not throw on its way to text. */
export function nameOf(given: unknown): string {
  return typeof given === 'string' ? given : ''
}

/** How lines for people are coloured; apart from what is in the lines, so that a command can say what is wrong at once. */

export interface Paint {
  heading(text: string): string
  faint(text: string): string
  error(text: string): string
  warning(text: string): string
  good(text: string): string
}

export const plainPaint: Paint = {
  heading: text => text,
  faint: text => text,
  error: text => text,
  warning: text => text,
  good: text => text,
}

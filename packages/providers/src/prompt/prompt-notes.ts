/**
 * What a mind is told besides its instructions: how notes from the line look, what a cut turn looks like, and in which
 * language the call is held. All of it is the same for every turn of a call, so that vendors can cache it.
 */

/** Stands in the caller's place where the agent speaks first. */
export const openingNote = '[The call has just begun; the caller has not spoken yet.]'
/** Stands in the caller's place where nobody spoke and the agent does. */
export const silenceNote = '[The caller says nothing.]'
/** Stands in the caller's place where something was said and not understood. */
export const unheardNote = '[The caller said something that could not be understood.]'

/** What the far end wants the agent to know or do from here on, at its place. */
export function givenNote(text: string): string {
  return `[To you, from those who run the call: ${text}]`
}

/** Put behind the words of a turn that was cut. */
export const cutMark = '—'

/** The instructions with these notes behind them. `language` is BCP 47. */
export function withNotes(instructions: string | undefined, language: string): string {
  const notes = [
    `The call is held in the language "${language}"; what you write is spoken aloud as it stands.`,
    'A message of the caller in square brackets is a note from the line, not words of the caller.',
    `Where a turn of yours ends in "${cutMark}", the caller cut you off there and heard nothing after it; never write that mark yourself.`,
  ].join('\n')
  return instructions === undefined || instructions.trim() === '' ? notes : `${instructions}\n\n${notes}`
}

/** How a model is asked to go on in the middle of what another one has begun to say. */

import type { LanguageModelRequest } from '@parley/core'

const before =
  'You have already said the text between the marks aloud, word for word, and were cut off. Go on from exactly there: write only what follows its last word, repeat nothing of it, and do not mention the break.'
const mark = /<said>\n([\s\S]*)\n<\/said>\s*$/

/** The same request with what was said. No field of the contract: every model understands instructions. */
export function goOnFrom(request: LanguageModelRequest, said: string): LanguageModelRequest {
  const asked = `${before}\n<said>\n${said.trim().replaceAll('</said>', '')}\n</said>`
  const { instructions } = request
  return { ...request, instructions: instructions === undefined ? asked : `${instructions}\n\n${asked}` }
}

/** What was said before, in the instructions of such a request; undefined in any other. */
export function saidBefore(instructions: string): string | undefined {
  return mark.exec(instructions)?.[1]
}

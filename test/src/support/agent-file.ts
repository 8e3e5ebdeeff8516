import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './temporary-folder.js'

/** An agent that says little, but for one long answer to `tell me a story`. */
export const terseAgent = `agent: terse
language: en
greeting: Yes?
intents:
  story:
    phrases: [tell me a story]
    replies: Once upon a time there was a telephone exchange in a small harbor town.
  hours:
    phrases: [what are your hours]
    replies: We are open from nine to five.
fallback: Sorry?
`

export function writeAgent(text: string = terseAgent): string {
  const file = join(temporaryFolder(), 'agent.yaml')
  writeFileSync(file, text)
  return file
}

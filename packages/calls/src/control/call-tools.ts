/** What a model may have its phone call do: the plan's transfers, keys, and an end. Done once what is said with it was heard. */

import { actionTool, hangUpTool, type Tool } from '@parley/engines'
import { z } from 'zod'
import type { PhonePlan } from '../plan/phone-plan.js'

/** `taken` are names of tools that the agent has of its own; those stay as they are. */
export function callTools(plan: PhonePlan, taken: readonly string[]): readonly Tool[] {
  const all = [...transferTool(plan), digitsTool, hangUpTool()]
  return all.filter(({ definition }) => !taken.includes(definition.name))
}

function transferTool({ transfers }: PhonePlan): readonly Tool[] {
  const [first, ...others] = Object.keys(transfers)
  if (first === undefined) return []
  const ways = Object.entries(transfers).map(([name, { describe }]) =>
    describe === undefined ? name : `${name} (${describe})`,
  )
  return [
    actionTool('transfer_call', {
      description: `Transfers the caller to a person: ${ways.join('; ')}. Say so first, in the same answer.`,
      parameters: z.object({
        to: z.enum([first, ...others]),
        about: z.string().max(300).describe('One sentence for that person: who calls and what about.'),
      }),
      action: ({ to, about }) => ({ name: 'call', order: { do: 'transfer', to, about } }),
    }),
  ]
}

const digitsTool = actionTool('press_keys', {
  description: 'Presses telephone keys, for menus of the other side. "w" waits half a second.',
  parameters: z.object({ digits: z.string().regex(/^[0-9*#w]{1,40}$/) }),
  action: ({ digits }) => ({ name: 'call', order: { do: 'digits', digits } }),
})

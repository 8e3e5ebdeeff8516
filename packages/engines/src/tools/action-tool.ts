/** A tool that does something to the session: ends it, or tells the client something. Done when the reply was heard. */

import type { SessionAction } from '@parley/core'
import { z } from 'zod'
import { checked, definitionOf } from './function-tool.js'
import type { Tool } from './tool.js'

export interface HangUpTool {
  readonly name?: string
  readonly description?: string
}

/** Ends the conversation after what is said with it. */
export function hangUpTool({
  name = 'hang_up',
  description = 'Ends the conversation. Say goodbye first, in the same answer.',
}: HangUpTool = {}): Tool {
  return actionTool(name, { description, parameters: z.object({}), action: () => ({ name: 'hang-up' }) })
}

export interface ActionTool<Shape extends z.ZodType> {
  readonly description: string
  readonly parameters: Shape
  action(given: z.output<Shape>): SessionAction
}

export function actionTool<Shape extends z.ZodType>(name: string, tool: ActionTool<Shape>): Tool {
  const { description, parameters, action } = tool
  return {
    definition: definitionOf(name, description, parameters),
    run: async given => ({ text: 'done', action: action(checked(parameters, given)) }),
  }
}

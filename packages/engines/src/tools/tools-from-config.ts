import { type LookUpWorld, ParleyError, type SecretOf } from '@parley/core'
import { hangUpTool } from './action-tool.js'
import { httpTool } from './http-tool.js'
import { mcpToolbox } from './mcp-toolbox.js'
import { joinToolboxes, type Toolbox, toolboxOf } from './tool.js'
import type { ToolConfig } from './tool-config.js'

export interface ToolWorld extends LookUpWorld {
  readonly secretOf: SecretOf
  /** A server of tools cannot be reached or broke off. */
  warn(error: ParleyError): void
}

/**
 * Tools as configured; nothing is connected before `warm` or the first use. @throws ParleyError `bad_config` whose
 * message begins with the place, as in `tools[2]`.
 */
export function toolsFromConfig(tools: readonly ToolConfig[], world: ToolWorld): Toolbox {
  const names = new Set<string>()
  const boxes = tools.map((tool, at) => {
    const name = toolName(tool)
    if (names.has(name)) throw new ParleyError('bad_config', `tools[${at}]: the name "${name}" is taken.`)
    names.add(name)
    try {
      return boxOf(tool, world)
    } catch (error) {
      const { code, message } = ParleyError.from(error, 'bad_config')
      throw new ParleyError(code, `tools[${at}]: ${message}`, { cause: error })
    }
  })
  return joinToolboxes(boxes)
}

/** What the model knows it by; the beginning of it for a server of tools. */
export function toolName({ name }: ToolConfig): string {
  return name ?? 'hang_up'
}

function boxOf(tool: ToolConfig, world: ToolWorld): Toolbox {
  switch (tool.kind) {
    case 'http':
      return toolboxOf([httpTool(tool, world, world.secretOf)])
    case 'mcp':
      return mcpToolbox(tool, world)
    case 'hang-up': {
      const { name, description } = tool
      return toolboxOf([
        hangUpTool({
          ...(name === undefined ? {} : { name }),
          ...(description === undefined ? {} : { description }),
        }),
      ])
    }
    default:
      return tool satisfies never
  }
}

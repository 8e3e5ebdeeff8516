/** What answers for an agent: its script, or vendors' models with its greeting, its tools and facts that are looked up. */

import { dirname, resolve } from 'node:path'
import { type ContextConfig, contextFromConfig } from '@parley/context'
import { type LanguageModel, ParleyError } from '@parley/core'
import {
  type Agent,
  type CascadeOptions,
  createScriptedAgent,
  joinToolboxes,
  type ModelAgentFile,
  type Tool,
  type Toolbox,
  toolboxOf,
  toolsFromConfig,
  withTools,
} from '@parley/engines'
import { type Scripts, scriptOf } from './agent-scripts.js'
import { reasonedMind } from './assemble-reasoner.js'
import { resilientModel } from './assemble-wrappers.js'
import { type AssemblyParts, usable } from './assembly-parts.js'
import { greeting } from './greeting-mind.js'

export function mindOf(agent: Agent, parts: AssemblyParts, scripts: Scripts): LanguageModel {
  if (agent.kind === 'scripted') return createScriptedAgent(agent.script)
  const list = usable('llm', { agent, entries: agent.llm, parts }, entry => {
    if (entry.provider !== 'scripted') return parts.shelf.get('llm', entry)
    return createScriptedAgent(scriptOf(entry, scripts))
  })
  const alone = agent.llm.every(({ provider }) => provider === 'scripted')
  const model = alone ? list[0] : parts.keep(resilientModel(list, agent.failover, parts))
  if (model === undefined) throw new ParleyError('bad_config', `${agent.file}: no model is left for "llm"`)
  const { tools, inner, outer } = reasonedMind(agent, parts)
  return greeting(outer(withOwnTools(inner(model), agent, { parts, tools })), agent)
}

function withOwnTools(
  model: LanguageModel,
  agent: ModelAgentFile,
  { parts, tools: more }: { readonly parts: AssemblyParts; readonly tools: readonly Tool[] },
): LanguageModel {
  if (agent.tools.length === 0 && more.length === 0 && parts.moreTools === undefined) return model
  const { clock } = parts
  const warn = (err: ParleyError) => parts.log.warn({ err, agent: agent.agent }, 'a tool failed')
  const tools = joinToolboxes([ownTools(agent, parts), toolboxOf(more)])
  return parts.keep(withTools(model, { tools, clock, warn }))
}

/** The tools of the agent's file, connected when the gateway is warm; whoever uses them closes them. */
export function ownTools(agent: ModelAgentFile, parts: AssemblyParts): Toolbox {
  try {
    const own = parts.toolboxes.get(agent) ?? toolsFromConfig(agent.tools, parts.tools)
    if (!parts.toolboxes.has(agent)) parts.warmLater(() => own.warm())
    parts.toolboxes.set(agent, own)
    return joinToolboxes([own, toolboxOf(parts.moreTools ?? [])])
  } catch (error) {
    const { code, message } = ParleyError.from(error, 'bad_config')
    throw new ParleyError(code, `${agent.file}: ${message}`, { cause: error })
  }
}

export function enricherOf(agent: Agent, parts: AssemblyParts): Pick<CascadeOptions, 'enricher'> {
  if (agent.kind === 'scripted' || agent.context === undefined) return {}
  const { clock, epochMs, tools, shared } = parts
  try {
    // Read by the catalogue's shape, which is this one.
    const maker = contextFromConfig(agent.context as ContextConfig, {
      fetch: tools.fetch,
      clock,
      epochMs,
      secretOf: tools.secretOf,
      folderOf: folder => resolve(dirname(agent.file), folder),
      ...(shared.query === undefined ? {} : { query: shared.query }),
    })
    if (maker === undefined) return {}
    parts.keep({ name: 'context', close: () => maker.close() })
    return { enricher: call => maker.forCall(call) }
  } catch (error) {
    const { code, message } = ParleyError.from(error, 'bad_config')
    throw new ParleyError(code, `${agent.file}: ${message}`, { cause: error })
  }
}

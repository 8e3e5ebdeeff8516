/** Scripts that a model agent's file names: for what the embedded recogniser hears, and for hours without a model. */

import { dirname, resolve } from 'node:path'
import { ParleyError } from '@parley/core'
import { type Agent, loadScript, type ProviderEntry, type Script, scriptGrammar } from '@parley/engines'

/** Scripts that entries name, by path. */
export type Scripts = ReadonlyMap<string, Script>

export async function scriptsOf(agent: Agent): Promise<Scripts> {
  const named = [...agent.stt, ...agent.llm].flatMap(({ options }) =>
    typeof options.script === 'string' ? [options.script] : [],
  )
  const loaded = await Promise.all(
    [...new Set(named)].map(
      async path => [path, await loadScript(resolve(dirname(agent.file), path))] as const,
    ),
  )
  return new Map(loaded)
}

export function scriptOf({ options, place }: ProviderEntry, scripts: Scripts): Script {
  const script = typeof options.script === 'string' ? scripts.get(options.script) : undefined
  if (script !== undefined) return script
  throw new ParleyError(
    'bad_config',
    `${place}: name the script that answers, such as "script: front-desk.en.yaml"`,
  )
}

export function grammarOf(agent: Agent, scripts: Scripts): string | undefined {
  if (agent.kind === 'scripted') return scriptGrammar(agent.script).jsgf
  const entry = agent.stt.find(({ provider }) => provider === 'embedded')
  if (entry === undefined) return undefined
  const script = typeof entry.options.script === 'string' ? scripts.get(entry.options.script) : undefined
  if (script !== undefined) return scriptGrammar(script).jsgf
  const message = `${entry.place}: the embedded recogniser hears a closed grammar only; name a script whose phrases it listens for, such as "script: front-desk.en.yaml"`
  throw new ParleyError('bad_config', message)
}

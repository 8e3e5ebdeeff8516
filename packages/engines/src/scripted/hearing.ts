/** Which intents are listened for: those a state expects, and those of no state, unless the state hears only its own. */

import type { Intent, Script } from './script.js'

export const START_STATE = 'start'

export interface Listening {
  /** The state's own; they come first when both would fit. */
  readonly own: readonly Intent[]
  readonly general: readonly Intent[]
}

export function listeningIn(script: Script, stateName: string): Listening {
  const state = script.states.get(stateName)
  const all = [...script.intents.values()]
  return {
    own: all.filter(intent => intent.states.includes(stateName)),
    general: state?.only === true ? [] : all.filter(intent => intent.states.length === 0),
  }
}

/** The states that can be reached from the beginning, and the intents that can be heard there. */
export function reachable(script: Script): {
  readonly states: ReadonlySet<string>
  readonly intents: ReadonlySet<string>
} {
  const states = new Set([START_STATE])
  const intents = new Set<string>()
  for (const name of states) {
    const { own, general } = listeningIn(script, name)
    const state = script.states.get(name)
    const steps = [...(state?.fallback ?? script.fallback), ...(state?.silence ?? script.silence)]
    for (const intent of [...own, ...general]) intents.add(intent.name)
    for (const { do: actions } of [...own, ...general, ...steps]) {
      for (const action of actions) if (action.kind === 'goto') states.add(action.state)
    }
  }
  return { states, intents }
}

/** Conversations with a text that is being written: a line of their own beside the console's, one for each page load. */
import { type ConsoleSession, createConsoleSession } from '../session/console-session.js'
import { isConnected } from '../session/console-state.js'
import { send } from '../ui/send.js'

export interface TrySession {
  readonly session: ConsoleSession
  /** The text that the present conversation is with. */
  readonly yaml: string | undefined
  /**
   * Makes the next words go to this text: another conversation, unless the present one is with it. Resolves with what
   * stands in the way. Call from a click or key press.
   */
  turnTo(name: string, yaml: string): Promise<string | undefined>
}

const trials = new WeakMap<ConsoleSession, TrySession>()

/** The same for the same console, so that its sound is opened once. */
export function trySessionOf(main: ConsoleSession): TrySession {
  const known = trials.get(main) ?? createTrySession(main)
  trials.set(main, known)
  return known
}

function createTrySession(main: ConsoleSession): TrySession {
  let trial: { readonly name: string; readonly yaml: string; readonly agent: string } | undefined
  const session = createConsoleSession({
    url: location.origin,
    token: {
      get token() {
        return main.token()
      },
      keep: main.setToken,
    },
    agent: () => trial?.agent,
  })
  session.setSpokenLanguage('agent')

  async function turnTo(name: string, yaml: string): Promise<string | undefined> {
    const same = trial?.name === name && trial.yaml === yaml
    if (same && isConnected(session.snapshot())) return undefined
    session.end()
    // Two conversations over one microphone would hear each other.
    if (isConnected(main.snapshot())) main.end()
    trial = undefined
    const sent = await send<{ readonly agent: string }>({
      ...{
        method: 'POST',
        path: `/api/agents/${encodeURIComponent(name)}/try`,
        token: main.token(),
        body: { yaml },
      },
    })
    if (!sent.ok) return sent.message
    trial = { name, yaml, agent: sent.value.agent }
    return undefined
  }

  return {
    session,
    get yaml() {
      return trial?.yaml
    },
    turnTo,
  }
}

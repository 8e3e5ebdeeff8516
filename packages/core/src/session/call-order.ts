/**
 * What an agent has a phone call do, beside talking. A session only passes it on, once the reply that ordered it was heard:
 * whoever holds the call carries it out, and where there is no call nobody does.
 */
export type CallOrder =
  /** `to` is a name in the agent's plan for calls; `about` is what the other side is told. */
  | { readonly do: 'transfer'; readonly to: string; readonly about: string }
  | { readonly do: 'hold'; readonly on: boolean }
  /** `0`–`9`, `*`, `#`, `w` for half a second. */
  | { readonly do: 'digits'; readonly digits: string }
  /** For a machine that has answered. */
  | { readonly do: 'leave-message' }

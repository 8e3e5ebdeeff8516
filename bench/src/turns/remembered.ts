import type { Remembered } from './trace.js'

interface StoredSession {
  readonly turns: readonly {
    readonly replies: readonly {
      readonly id: string
      readonly ended?: { readonly interrupted: boolean; readonly heardText: string }
      readonly ledger?: {
        readonly stages: readonly {
          readonly stage: string
          readonly startMs: number
          readonly durationMs: number
        }[]
      }
    }[]
  }[]
}

/** What the gateway's API says of all replies of all sessions, by the reply's id. */
export async function readRemembered(url: string): Promise<Map<string, Remembered>> {
  const remembered = new Map<string, Remembered>()
  let before: string | undefined
  do {
    const page = await get<{ sessions: { id: string }[]; next?: string }>(
      `${url}/api/sessions?limit=200${before === undefined ? '' : `&before=${encodeURIComponent(before)}`}`,
    )
    for (const { id } of page.sessions) {
      const { turns } = await get<StoredSession>(`${url}/api/sessions/${id}`)
      for (const { id: reply, ended, ledger } of turns.flatMap(({ replies }) => replies)) {
        const endpoint = ledger?.stages.find(({ stage }) => stage === 'endpoint')
        if (ended === undefined) continue
        const { interrupted, heardText } = ended
        const waitMs = endpoint === undefined ? {} : { waitMs: endpoint.startMs + endpoint.durationMs }
        remembered.set(reply, { reply, interrupted, heardText, ...waitMs })
      }
    }
    before = page.next
  } while (before !== undefined)
  return remembered
}

async function get<Shape>(address: string): Promise<Shape> {
  const response = await fetch(address)
  if (!response.ok) throw new Error(`${address} answered ${response.status}.`)
  return (await response.json()) as Shape
}

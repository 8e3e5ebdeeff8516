/**
 * Found conversations as a file, written as it is read: a page of the store at a time, and no page before the last one
 * was taken. Holds at most `mostExported` sessions and says whether there were more.
 */
import type { ListedSession, SessionPage, SessionQuery } from '@parley/platform'

export const mostExported = 10_000
const pageLength = 200

export interface ExportSource {
  listSessions(query: SessionQuery): Promise<SessionPage>
}

/** One array in an object: `{"sessions":[…],"truncated":false}`. */
export async function* exportJson(source: ExportSource, query: SessionQuery): AsyncGenerator<string> {
  yield '{"sessions":['
  let comma = ''
  let truncated = false
  for await (const page of pages(source, query)) {
    truncated = page.more
    for (const session of page.sessions) {
      yield `${comma}\n${JSON.stringify(session)}`
      comma = ','
    }
  }
  yield `\n],"truncated":${truncated}}\n`
}

const columns: readonly (readonly [string, (session: ListedSession) => string | number])[] = [
  ['id', ({ id }) => id],
  ['started', ({ startedAtMs }) => new Date(startedAtMs).toISOString()],
  ['ended', ({ endedAtMs }) => (endedAtMs === undefined ? '' : new Date(endedAtMs).toISOString())],
  ['reason', ({ endReason }) => endReason ?? ''],
  ['agent', ({ agent }) => agent],
  ['language', ({ language }) => language],
  ['edge', ({ edge }) => edge],
  ['turns', ({ turnCount }) => turnCount],
  ['interruptions', ({ interruptions }) => interruptions],
  ['slowest_ms', ({ slowestMs }) => (slowestMs === undefined ? '' : Math.round(slowestMs))],
  ['recorded', ({ recorded }) => (recorded ? 'yes' : 'no')],
  ['said', ({ match }) => match?.parts.map(({ text }) => text).join('') ?? ''],
]

/** RFC 4180, with a line of names first. */
export async function* exportCsv(source: ExportSource, query: SessionQuery): AsyncGenerator<string> {
  yield `${columns.map(([name]) => name).join(',')}\r\n`
  for await (const page of pages(source, query)) {
    for (const session of page.sessions) {
      yield `${columns.map(([, of]) => cell(of(session))).join(',')}\r\n`
    }
  }
}

/** What a spreadsheet would run as a formula is text to it: somebody else said it. */
function cell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const text = /^(?:\s*[=+\-@＝＋－＠]|[\t\r\n])/u.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

interface ExportPage {
  readonly sessions: readonly ListedSession[]
  /** There is more, beyond what is exported. */
  readonly more: boolean
}

async function* pages(source: ExportSource, query: SessionQuery): AsyncGenerator<ExportPage> {
  let left = mostExported
  let before: string | undefined
  do {
    const limit = Math.min(pageLength, left)
    const page = await source.listSessions({ ...query, limit, ...(before === undefined ? {} : { before }) })
    left -= page.sessions.length
    before = page.next
    yield { sessions: page.sessions, more: before !== undefined }
  } while (before !== undefined && left > 0)
}

/** The one address that Sentry, GlitchTip, Bugsink and their like give a project: `https://key@host/path/project`. */

export interface SentryDsn {
  /** Where envelopes are posted. */
  readonly url: string
  /** Says which project's they are; it lets nobody read. */
  readonly key: string
}

/** Undefined where it lacks the key or the project, or is no address at all. */
export function readSentryDsn(text: string): SentryDsn | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, host, pathname, username } = new URL(text)
  const [, path = '', project] = /^(.*)\/(\d+)\/?$/.exec(pathname) ?? []
  if (!/^https?:$/.test(protocol) || username === '' || project === undefined) return undefined
  return { url: `${protocol}//${host}${path}/api/${project}/envelope/`, key: decodeURIComponent(username) }
}

/**
 * What is wrong with an event of a client, in the codes and words of the OpenAI Realtime API: `error.type`, `code`,
 * `message` and the parameter that it is about. A fault never closes the socket by itself.
 */
import type { z } from 'zod'
import { isRealtimeFields } from './realtime-fields.js'

export interface RealtimeFault {
  readonly type: 'invalid_request_error' | 'server_error'
  readonly code: string
  readonly message: string
  readonly param?: string
}

export function invalidRequest(code: string, message: string, param?: string): RealtimeFault {
  return { type: 'invalid_request_error', code, message, ...(param === undefined ? {} : { param }) }
}

export function unknownParameter(param: string): RealtimeFault {
  return invalidRequest('unknown_parameter', `Unknown parameter: '${param}'.`, param)
}

export function missingParameter(param: string): RealtimeFault {
  return invalidRequest('missing_required_parameter', `Missing required parameter: '${param}'.`, param)
}

export function invalidValue(param: string, message: string): RealtimeFault {
  return invalidRequest('invalid_value', message, param)
}

/** One response at a time writes to the conversation. */
export function responseActive(id: string): RealtimeFault {
  const message = `Conversation already has an active response in progress: ${id}. Wait until the response is finished before creating a new one.`
  return invalidRequest('conversation_already_has_active_response', message)
}

/** `doing` is the verb of the event: `retrieving`, `deleting`, `truncating`. */
export function unknownItem(code: string, doing: string, id: unknown): RealtimeFault {
  const message = `Error ${doing} item: the item with id '${shortly(id)}' does not exist.`
  return invalidRequest(code, message, 'item_id')
}

/** The first thing that a schema has against a value, said of the parameter `root`. */
export function faultOf(error: z.ZodError, value: unknown, root: string): RealtimeFault {
  const issue = nearest(error.issues[0], value)
  if (issue === undefined) return invalidValue(root, 'Invalid value.')
  const param = paramOf(root, issue.path)
  if (issue.code === 'unrecognized_keys') return unknownParameter(`${param}.${shortly(issue.keys[0])}`)
  const given = valueAt(value, issue.path)
  if (given === undefined) return missingParameter(param)
  if (issue.code === 'invalid_type')
    return invalidRequest('invalid_type', `Invalid type for '${param}': expected ${issue.expected}.`, param)
  const shown = typeof given === 'string' || typeof given === 'number' ? `'${shortly(given)}'` : 'Invalid'
  return invalidValue(param, `${shown}: ${issue.message}`)
}

type Issue = z.core.$ZodIssue

/** Of the branches of a union, the one that got furthest says what is wrong. */
function nearest(issue: Issue | undefined, value: unknown): Issue | undefined {
  if (issue?.code !== 'invalid_union') return issue
  const branches = issue.errors
    .map(issues => issues[0])
    .filter(each => each !== undefined)
    .map(each => nearest({ ...each, path: [...issue.path, ...each.path] } as Issue, value))
    .filter(each => each !== undefined)
  const deepest = Math.max(...branches.map(({ path }) => path.length))
  const inner = branches.find(({ path, code }) => path.length === deepest && code !== 'invalid_type')
  return deepest > issue.path.length ? (inner ?? branches.find(({ path }) => path.length === deepest)) : issue
}

function paramOf(root: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (param, key) => (typeof key === 'number' ? `${param}[${key}]` : `${param}.${shortly(String(key))}`),
    root,
  )
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value
  for (const key of path) {
    if (Array.isArray(at)) at = at[Number(key)]
    else at = isRealtimeFields(at) ? at[String(key)] : undefined
  }
  return at
}

/** What a client wrote is said back, but not all of it. */
export function shortly(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return text.length <= 100 ? text : `${text.slice(0, 100)}…`
}

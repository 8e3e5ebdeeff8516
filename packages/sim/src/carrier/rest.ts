/** The carrier's REST interface as a function: what was asked, what is answered. Sockets are somebody else's. */

import type { CarrierWorld } from './carrier-world.js'
import { isOver, type Leg, type SimStatus, simStatuses } from './leg.js'
import { detectMachine } from './machine-detection.js'
import { callBody, callsPath, errorAnswer, pageBody, type RestAnswer, RestError } from './rest-answers.js'
import { callbacksOf, instructionsOf, machineDetectionOf, numbersOf, secondsOf } from './rest-order.js'
import { type Programs, runProgram } from './run-program.js'
import { sendDigits } from './sounds.js'

export interface RestRequest {
  readonly method: string
  /** With its query. */
  readonly url: string
  readonly authorization: string | undefined
  readonly body: string
}

export function createRest(programs: Programs): (request: RestRequest) => RestAnswer {
  const { world, board } = programs
  /** When the calls of the last second were asked for. */
  const recent: number[] = []

  function create(form: URLSearchParams): RestAnswer {
    const { callsPerSecond = Number.POSITIVE_INFINITY } = world.options
    const nowMs = world.clock.now()
    while (recent[0] !== undefined && recent[0] <= nowMs - 1_000) recent.shift()
    if (recent.length >= callsPerSecond) throw new RestError(429, 20429, 'Too Many Requests')
    const numbers = numbersOf(world, form)
    const leg = board.create({
      direction: 'outbound-api',
      ...numbers,
      party: world.partyAt(numbers.to),
      instructions: instructionsOf(world, form),
      callbacks: callbacksOf(form),
      machineDetection: machineDetectionOf(form),
      ringMs: secondsOf(form, 'Timeout', { is: 60, most: 600 }) * 1_000,
      limitMs: secondsOf(form, 'TimeLimit', { is: 14_400, most: 86_400 }) * 1_000,
    })
    recent.push(nowMs)
    board.ring(leg, () => void answered(programs, leg, form.get('SendDigits') ?? ''))
    return { status: 201, body: callBody(world, leg) }
  }

  function change(leg: Leg, form: URLSearchParams): RestAnswer {
    const status = form.get('Status')
    if (status !== null) {
      if (status !== 'completed' && status !== 'canceled')
        throw new RestError(400, 20001, `Status is ${status}; give completed or canceled.`)
      hangUp(leg, status)
    } else {
      const instructions = instructionsOf(world, form)
      if (leg.status !== 'in-progress')
        throw new RestError(400, 21220, 'Call is not in-progress. Cannot redirect.')
      leg.program.abort()
      leg.program = new AbortController()
      void runProgram(programs, leg, instructions)
    }
    return { status: 200, body: callBody(world, leg) }
  }

  function hangUp(leg: Leg, status: string): void {
    if (isOver(leg.status)) throw new RestError(400, 21220, 'Call is already over.')
    if (leg.status === 'in-progress' && status === 'canceled')
      throw new RestError(400, 21220, 'Call is in-progress; it can only be completed.')
    board.end(leg, leg.status === 'in-progress' ? 'completed' : 'canceled')
  }

  function list(query: URLSearchParams): RestAnswer {
    const status = query.get('Status')
    if (status !== null && !simStatuses.includes(status as SimStatus))
      throw new RestError(400, 20001, `There is no status ${status}.`)
    const found = [...board.legs.values()].reverse().filter(leg => matches(leg, query))
    return { status: 200, body: pageBody(world, found, query) }
  }

  return request => {
    try {
      const url = new URL(request.url, 'http://carrier')
      if (!isKnown(world, request.authorization)) throw new RestError(401, 20003, 'Authenticate')
      const rest = restOf(world, url.pathname)
      const form = new URLSearchParams(request.body)
      const missing = new RestError(404, 20404, `The requested resource ${url.pathname} was not found`)
      if (rest === '' && request.method === 'POST') return create(form)
      if (rest === '' && request.method === 'GET') return list(url.searchParams)
      const leg = board.legs.get(/^\/([^/]+)$/.exec(rest ?? '')?.[1] ?? '')
      if (leg === undefined) throw missing
      if (request.method === 'GET') return { status: 200, body: callBody(world, leg) }
      if (request.method === 'POST') return change(leg, form)
      if (request.method !== 'DELETE') throw missing
      if (!isOver(leg.status)) throw new RestError(409, 20009, 'The call is not over.')
      board.forget(leg)
      return { status: 204, body: undefined }
    } catch (error) {
      if (error instanceof RestError) return errorAnswer(error)
      throw error
    }
  }
}

/** What stands behind the path of calls. SignalWire's own SDK leaves out `/api/laml`, which its interface has. */
function restOf(world: CarrierWorld, pathname: string): string | undefined {
  const path = callsPath(world)
  const whole =
    world.dialect === 'signalwire' && pathname.startsWith('/2010-04-01/') ? `/api/laml${pathname}` : pathname
  return whole.startsWith(path) ? whole.slice(path.length).replace(/\.json$/, '') : undefined
}

/** What a call does once its phone was picked up. */
async function answered(programs: Programs, leg: Leg, digits: string): Promise<void> {
  const { signal } = leg.program
  if (digits !== '') await sendDigits(programs.world, leg, digits, signal)
  await detectMachine(programs.world, leg)
  if (!signal.aborted) await runProgram(programs, leg, leg.instructions)
}

function isKnown({ account, authToken }: CarrierWorld, authorization: string | undefined): boolean {
  const given = /^Basic\s+(\S+)$/i.exec(authorization ?? '')?.[1]
  return given !== undefined && Buffer.from(given, 'base64').toString('utf8') === `${account}:${authToken}`
}

function matches(leg: Leg, query: URLSearchParams): boolean {
  const is = (name: string, value: string | undefined) => (query.get(name) ?? value) === value
  const status = leg.status === 'initiated' ? 'queued' : leg.status
  return (
    is('To', leg.to) &&
    is('From', leg.from) &&
    is('Status', status) &&
    is('ParentCallSid', leg.parent) &&
    isWithin(query, 'StartTime', leg.startedAtMs) &&
    isWithin(query, 'EndTime', leg.endedAtMs)
  )
}

const DAY_MS = 86_400_000

/** `StartTime` is a day in UTC; with `<` or `>` up to or from a time. */
function isWithin(query: URLSearchParams, name: string, atMs: number | undefined): boolean {
  const read = (key: string) => {
    const given = query.get(key)
    if (given === null) return undefined
    const time = Date.parse(given)
    if (Number.isNaN(time)) throw new RestError(400, 20001, `${key} is no time: ${given}`)
    return time
  }
  const [day, before, after] = [read(name), read(`${name}<`), read(`${name}>`)]
  if (day === undefined && before === undefined && after === undefined) return true
  if (atMs === undefined) return false
  if (day !== undefined && (atMs < day || atMs >= day + DAY_MS)) return false
  return (before === undefined || atMs <= before) && (after === undefined || atMs >= after)
}

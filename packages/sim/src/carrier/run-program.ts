/**
 * Has a leg do what documents say, verb after verb, until one ends the call, none is left, or somebody else decides
 * (`program` is aborted: a redirect, a hang-up). Never throws; a document that cannot be had or followed ends the call,
 * as carriers do.
 */

import { askCustomer } from './ask-customer.js'
import { type CarrierWorld, parametersOf } from './carrier-world.js'
import { conferenceVerb, type Rooms } from './conference-verb.js'
import { dialVerb } from './dial-verb.js'
import { DocumentError, readDocument, type Verb } from './document.js'
import { gatherVerb } from './gather-verb.js'
import type { Instructions, Leg } from './leg.js'
import { quiet, soundVerb } from './sounds.js'
import { streamVerb } from './stream-verb.js'
import type { Switchboard } from './switchboard.js'

/** Where a program goes on. */
export type Next =
  | { readonly kind: 'next' }
  | {
      readonly kind: 'goto'
      readonly url: string
      readonly method?: string | undefined
      readonly parameters?: Readonly<Record<string, string>>
    }

export interface Running {
  readonly world: CarrierWorld
  readonly board: Switchboard
  readonly rooms: Rooms
  readonly leg: Leg
  readonly signal: AbortSignal
  /** Of the document that is followed; addresses in it are relative to it. */
  readonly documentUrl: string | undefined
  /** Has another leg follow a document to its end, without hanging up after it. */
  follow(leg: Leg, instructions: Instructions, signal: AbortSignal): Promise<void>
}

export const next: Next = { kind: 'next' }
/** Documents that one call may ask for. */
const MOST_DOCUMENTS = 1_000

export interface Programs {
  readonly world: CarrierWorld
  readonly board: Switchboard
  readonly rooms: Rooms
}

/** Runs the leg's instructions and hangs up at their end. */
export async function runProgram(programs: Programs, leg: Leg, instructions: Instructions): Promise<void> {
  const { signal } = leg.program
  await follow(programs, leg, instructions, signal)
  if (!signal.aborted) programs.board.end(leg, 'completed')
}

async function follow(
  programs: Programs,
  leg: Leg,
  instructions: Instructions,
  signal: AbortSignal,
): Promise<void> {
  const { world } = programs
  try {
    let page = await firstPage(programs, leg, instructions, signal)
    for (let count = 0; page !== undefined && !signal.aborted; count++) {
      if (count > MOST_DOCUMENTS) throw new DocumentError(11205, 'The documents lead in a circle.')
      const then: Next = await followVerbs(programs, leg, page, signal)
      if (then.kind === 'next' || signal.aborted) return
      page = await fetchPage(programs, leg, then, signal)
    }
  } catch (error) {
    if (signal.aborted) return
    const code = error instanceof DocumentError ? error.code : 11200
    const message = error instanceof Error ? error.message : String(error)
    world.note(leg, 'error', `${code} ${message}`)
    world.complain(`${leg.sid}: ${code} ${message}`)
  }
}

interface Page {
  readonly verbs: readonly Verb[]
  readonly url: string | undefined
}

async function firstPage(
  programs: Programs,
  leg: Leg,
  { document, url, method, fallbackUrl, fallbackMethod }: Instructions,
  signal: AbortSignal,
): Promise<Page | undefined> {
  if (document !== undefined) return { verbs: readDocument(document), url: undefined }
  if (url === undefined) return undefined
  try {
    return await fetchPage(programs, leg, { kind: 'goto', url, method }, signal)
  } catch (error) {
    if (fallbackUrl === undefined || signal.aborted) throw error
    const parameters = {
      ErrorCode: String(error instanceof DocumentError ? error.code : 11200),
      ErrorUrl: url,
    }
    return fetchPage(
      programs,
      leg,
      { kind: 'goto', url: fallbackUrl, method: fallbackMethod, parameters },
      signal,
    )
  }
}

async function fetchPage(
  { world }: Programs,
  leg: Leg,
  { url, method = 'POST', parameters = {} }: Next & { kind: 'goto' },
  signal: AbortSignal,
): Promise<Page> {
  leg.circuit = quiet
  world.note(leg, 'fetch', url)
  const order = {
    kind: 'document' as const,
    url,
    method,
    parameters: { ...parametersOf(world, leg), ...parameters },
  }
  // Nobody there is tried once more, as carriers do; whatever was answered counts.
  const answer =
    (await askCustomer(world, leg, order, signal)) ?? (await askCustomer(world, leg, order, signal))
  if (signal.aborted) return { verbs: [], url }
  if (answer === undefined) throw new DocumentError(11205, `${url} cannot be reached.`)
  if (answer.status < 200 || answer.status >= 300)
    throw new DocumentError(11200, `${url} answered ${answer.status}.`)
  const text = new TextDecoder().decode(answer.body)
  if (!/xml|html|text\/plain/.test(answer.contentType) && text.trim() !== '')
    throw new DocumentError(12300, `${url} answered with ${answer.contentType || 'no content type'}.`)
  return { verbs: text.trim() === '' ? [] : readDocument(text), url }
}

async function followVerbs(programs: Programs, leg: Leg, page: Page, signal: AbortSignal): Promise<Next> {
  const running: Running = {
    ...programs,
    leg,
    signal,
    documentUrl: page.url,
    follow: (other, instructions, until) => follow(programs, other, instructions, until),
  }
  for (const [index, verb] of page.verbs.entries()) {
    if (signal.aborted) return next
    // A call that was refused was never answered.
    if (verb.name === 'Reject' && index === 0 && leg.direction === 'inbound' && leg.status === 'ringing') {
      programs.board.end(leg, verb.attributes.reason === 'busy' ? 'busy' : 'no-answer', 486)
      return next
    }
    if (leg.status === 'ringing') programs.board.connect(leg)
    const then = await runVerb(running, verb)
    // Where something else was decided, the leg is joined to that already.
    if (!signal.aborted) leg.circuit = quiet
    if (then.kind === 'goto') return then
  }
  return next
}

async function runVerb(running: Running, verb: Verb): Promise<Next> {
  const { world, leg, board, signal } = running
  if (await soundVerb(world, leg, verb, { signal })) return next
  switch (verb.name) {
    case 'Connect':
      return streamVerb(running, verb)
    case 'Dial':
      return verb.children.some(({ name }) => name === 'Conference')
        ? conferenceVerb(running, verb)
        : dialVerb(running, verb)
    case 'Gather':
      return gatherVerb(running, verb)
    case 'Redirect':
      return goTo(running, verb.text, verb.attributes.method)
    case 'Hangup':
    case 'Reject':
      // One that listens in on another call's way (a whisper) is hung up, too.
      board.end(leg, 'completed')
      return next
    default:
      world.complain(`${leg.sid}: this carrier simulates no <${verb.name}>`)
      world.note(leg, 'error', `12200 <${verb.name}> is unknown`)
      return next
  }
}

/** An address of a document, which may be relative to the document itself. */
export function goTo(
  { documentUrl }: Running,
  url: string,
  method: string | undefined,
  parameters: Readonly<Record<string, string>> = {},
): Next {
  const whole = documentUrl === undefined ? url : new URL(url, documentUrl).href
  return { kind: 'goto', url: whole, method, parameters }
}

/** What follows a verb: its `action` where it has one. */
export function actionOf(
  running: Running,
  { attributes }: Verb,
  parameters: Readonly<Record<string, string>>,
): Next {
  return attributes.action === undefined || attributes.action === ''
    ? next
    : goTo(running, attributes.action, attributes.method, parameters)
}

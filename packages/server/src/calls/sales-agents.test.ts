import { createAfterCall, readAfterPlan } from '@parley/calls'
import type { HistoryEntry, Json, LanguageModelPart, ReplyId, TurnId } from '@parley/core'
import { createScriptedAgent, loadAgent, type Script, scriptGrammar } from '@parley/engines'
import { vendors } from '@parley/providers'
import { VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import {
  callOver,
  conversation,
  ENDED_MS,
  type Said,
  storesOf,
} from '../../../calls/dist/after/after-samples.test-kit.js'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { phonePlanOf } from '../gateway/phone-plan-of.js'
import { createProviderCatalogue } from '../gateway/provider-catalogue.js'
import { shippedFile } from '../gateway/shipped-file.js'

const { config } = resolveConfig(readEnvironment({}, '/nonexistent'))
const catalogue = createProviderCatalogue(vendors, config)

async function load(name: string) {
  const agent = await loadAgent(shippedFile(name), catalogue)
  if (agent.kind !== 'scripted') throw new TypeError(`${name} has no script`)
  return { script: agent.script, phone: phonePlanOf(agent) }
}

/** What both say when the caller types that, every reply heard to its end, and what the script has the call do. */
async function talk(script: Script, turns: readonly string[]) {
  const mind = createScriptedAgent(script)
  const history: HistoryEntry[] = []
  const said: Said[] = []
  const actions: string[] = []
  for (const [index, caller] of [undefined, ...turns].entries()) {
    const parts: LanguageModelPart[] = []
    const request = {
      history,
      language: script.language,
      ...(caller === undefined ? {} : { userText: caller }),
    }
    for await (const part of mind.stream(request, new AbortController().signal)) parts.push(part)
    const agent = parts.map(part => (part.kind === 'text' ? part.text : '')).join('')
    const state: Json = parts.find(part => part.kind === 'state')?.state ?? null
    actions.push(...parts.flatMap(part => (part.kind === 'action' ? [part.action.name] : [])))
    said.push({ agent, state, ...(caller === undefined ? {} : { caller }) })
    const turn = `trn_${index}` as TurnId
    if (caller !== undefined) history.push({ role: 'user', turn, text: caller, atMs: index })
    const reply = `rpl_${index}` as ReplyId
    history.push({ role: 'agent', turn, reply, text: agent, interrupted: false, state })
  }
  return { said, actions }
}

async function afterTalk(name: string, turns: readonly string[], over: object = {}) {
  const { script, phone } = await load(name)
  const { said, actions } = await talk(script, turns)
  const { plan } = readAfterPlan(phone.after)
  const stores = storesOf(callOver(over), conversation(said, { language: script.language }))
  const after = createAfterCall({
    ...stores,
    planOf: () => plan,
    modelOf: () => undefined,
    clock: new VirtualClock(),
    epochMs: () => ENDED_MS,
  })
  await after.run({ tenant: 'acme', id: callOver().id }, new AbortController().signal)
  const [done] = stores.finished
  return { outcome: done?.outcome, status: done?.lead?.status, listed: stores.listed, actions }
}

describe.each(['sales-call.en.yaml', 'llamada-comercial.es.yaml'])('the shipped %s', name => {
  it('is good, says that it records, and can be heard by a recogniser of closed grammars', async () => {
    const { script, phone } = await load(name)
    expect([phone.record, phone.machine.then]).toEqual([true, 'leave-message'])
    expect(phone.consent).toMatch(/record|graba/)
    expect(phone.after).toBeDefined()
    expect(scriptGrammar(script).jsgf).toContain('#JSGF')
    const asked = [...script.intents.values()].flatMap(intent =>
      intent.do.flatMap(action => (action.kind === 'transfer' ? [action.to] : [])),
    )
    expect(asked).toEqual(Object.keys(phone.transfers))
  })

  it('leaves a lead alone whom nobody reached, but for the status that says so', async () => {
    const unreached = { status: 'unreached', answeredAtMs: undefined, legs: [], reason: 'busy' }
    const { status, outcome } = await afterTalk(name, [], unreached)
    expect([status, outcome?.problems]).toEqual([name.includes('.en.') ? 'not-reached' : 'no-localizado', []])
  })
})

const english = 'sales-call.en.yaml'
const spanish = 'llamada-comercial.es.yaml'

describe('a typed sales call', () => {
  it.each([
    [
      english,
      ['how much is it', 'yes please', 'next tuesday', 'in the morning', 'yes', 'no thanks'],
      { interest: 'yes', day: 'Tuesday', part: 'morning' },
      'visit-booked',
      ['hang-up'],
    ],
    [english, ['i am busy'], { interest: 'later' }, 'call-again', ['hang-up']],
    [english, ['no thank you'], { interest: 'no' }, 'not-interested', ['hang-up']],
    [english, ['can i talk to a person'], { interest: 'person' }, 'talks-to-sales', ['call']],
    [english, ['hello'], {}, 'contacted', []],
    [
      spanish,
      [
        'cuánto cuesta',
        'sí, vengan el jueves',
        'por la tarde',
        'no',
        'el viernes',
        'por la tarde',
        'sí',
        'nada más',
      ],
      { interés: 'sí', día: 'viernes', parte: 'tarde' },
      'visita-pedida',
      ['hang-up'],
    ],
    [spanish, ['llámeme otro día'], { interés: 'después' }, 'llamar-otra-vez', ['hang-up']],
    [spanish, ['no me interesa'], { interés: 'no' }, 'no-interesado', ['hang-up']],
    [spanish, ['quiero hablar con una persona'], { interés: 'persona' }, 'habla-con-ventas', ['call']],
  ])('with %s and %j comes to %j', async (name, turns, result, status, actions) => {
    const done = await afterTalk(name, turns)
    expect(done.outcome).toMatchObject({ by: 'extract', result, problems: [] })
    expect([done.status, done.actions, done.listed]).toEqual([status, actions, []])
  })

  it.each([
    [english, 'please take me off your list'],
    [spanish, 'no me llamen más'],
  ])('with %s puts who says “%s” on the list of those not to be called', async (name, words) => {
    expect((await afterTalk(name, [words])).listed).toEqual(['+15550002222'])
  })

  it('keeps what the agent promised as what is to be followed up', async () => {
    const { outcome } = await afterTalk(english, ['yes', 'monday', 'afternoon', 'yes', 'no'])
    expect(outcome?.followUps.map(({ what }) => what)).toEqual([
      'We will call you the day before to confirm the hour on Monday.',
    ])
  })
})

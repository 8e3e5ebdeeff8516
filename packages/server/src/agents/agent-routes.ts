import { hasScope } from '@parley/platform'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import type { Guard } from '../http/guard.js'
import { problemSchema } from '../http/session-schemas.js'
import {
  agentListSchema,
  agentSchema,
  checkBody,
  checkedSchema,
  doneSchema,
  nameParams,
  publishBody,
  saveBody,
  savedSchema,
  textSchema,
  trialSchema,
  tryBody,
  unpublishBody,
  versionParams,
} from './agent-schemas.js'
import type { AgentDesk } from './desk-contract.js'

/** Agents of the caller's own tenant, and the gateway's own, which all have. Another tenant's look like missing ones. */

const refusals = { 400: problemSchema, 401: problemSchema, 403: problemSchema, 429: problemSchema }
const missing = { 404: problemSchema, ...refusals }
const contested = { 409: problemSchema, ...missing }
const about = (summary: string) => ({ summary, tags: ['agents'], security: [{ token: [] }] })

export function agentRoutes(desk: AgentDesk, guard: Guard): FastifyPluginAsyncZod {
  return async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    app.get(
      '/api/agents',
      { schema: { ...about('Agents, by name'), response: { 200: agentListSchema, ...refusals } } },
      async request => {
        const principal = await guard(request, 'talk')
        const { tenant } = principal
        const agents = hasScope(principal, 'admin') ? await desk.list(tenant) : await desk.names(tenant)
        return agentListSchema.parse({ agents })
      },
    )
    app.post(
      '/api/agents/check',
      {
        schema: {
          ...about('What is wrong with a text, as `parley agent check` says it'),
          body: checkBody,
          response: { 200: checkedSchema, ...refusals },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'admin')
        const { yaml, name = nameIn(yaml) } = request.body
        return checkedSchema.parse({ problems: await desk.check({ tenant, name, yaml }) })
      },
    )
    app.get(
      '/api/agents/:name',
      {
        schema: {
          ...about('One agent with its text and its versions'),
          params: nameParams,
          response: { 200: agentSchema, ...missing },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'admin')
        return agentSchema.parse(await desk.detail(tenant, request.params.name))
      },
    )
    app.get(
      '/api/agents/:name/versions/:version',
      {
        schema: {
          ...about('The text of a version'),
          params: versionParams,
          response: { 200: textSchema, ...missing },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'admin')
        const { name, version } = request.params
        return { yaml: await desk.text(tenant, name, version) }
      },
    )
    app.put(
      '/api/agents/:name',
      {
        schema: {
          ...about('Save a version; with mistakes it is a draft that cannot be put in force'),
          params: nameParams,
          body: saveBody,
          response: { 200: savedSchema, 413: problemSchema, ...contested },
        },
      },
      async request => {
        const editor = await guard(request, 'admin')
        const { yaml, base, note } = request.body
        const { name } = request.params
        const draft = { name, yaml, base, ...(note === undefined ? {} : { note }) }
        return savedSchema.parse(await desk.save(editor, draft))
      },
    )
    app.delete(
      '/api/agents/:name',
      {
        schema: {
          ...about('Delete all versions of an agent that is not in force'),
          params: nameParams,
          response: { 200: doneSchema, ...contested },
        },
      },
      async request => {
        await desk.forget(await guard(request, 'admin'), request.params.name)
        return { ok: true as const }
      },
    )
    app.post(
      '/api/agents/:name/publish',
      {
        schema: {
          ...about('Put a version in force, for new conversations'),
          params: nameParams,
          body: publishBody,
          response: { 200: doneSchema, ...contested },
        },
      },
      async request => {
        const editor = await guard(request, 'admin')
        const { version, instead } = request.body
        const wanted = { name: request.params.name, version, ...(instead === undefined ? {} : { instead }) }
        await desk.publish(editor, wanted)
        return { ok: true as const }
      },
    )
    app.post(
      '/api/agents/:name/unpublish',
      {
        schema: {
          ...about('Withdraw what is in force: the file of that name is again, if there is one'),
          params: nameParams,
          body: unpublishBody,
          response: { 200: doneSchema, ...contested },
        },
      },
      async request => {
        const editor = await guard(request, 'admin')
        const instead = request.body?.instead
        const { name } = request.params
        await desk.unpublish(editor, { name, ...(instead === undefined ? {} : { instead }) })
        return { ok: true as const }
      },
    )
    app.post(
      '/api/agents/:name/try',
      {
        schema: {
          ...about('A name under which whoever asks can talk to a text or a version for ten minutes'),
          params: nameParams,
          body: tryBody,
          response: { 200: trialSchema, 413: problemSchema, ...missing },
        },
      },
      async request => {
        const editor = await guard(request, 'admin')
        const { yaml, version } = request.body
        const trial = {
          name: request.params.name,
          ...(yaml === undefined ? {} : { yaml }),
          ...(version === undefined ? {} : { version }),
        }
        return desk.tryOut(editor, trial)
      },
    )
  }
}

/** The name that a text gives itself, so that a check by the text alone does not miss it. */
function nameIn(yaml: string): string {
  const [, name = 'agent'] = /^agent:\s*["']?([^"'\n#]{1,100}?)["']?\s*(?:#.*)?$/m.exec(yaml) ?? []
  return name
}

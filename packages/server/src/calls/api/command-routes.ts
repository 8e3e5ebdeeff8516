/** A live call is told to do something, wherever it is held: here at once, elsewhere by an event that its node looks for. */

import { type CallDetail, finalStatuses } from '@parley/calls'
import { ParleyError } from '@parley/core'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { phonePlanOf } from '../../gateway/phone-plan-of.js'
import { about, BODY_BYTES, type CallApiParts, callAndAsker, problems } from './api-parts.js'
import { idParams } from './call-schemas.js'
import { type CallCommand, carryOut, commandData, commandSchema } from './commands.js'

const takenSchema = z.object({
  call: z.string(),
  where: z
    .enum(['here', 'elsewhere', 'carrier'])
    .meta({ description: 'Who was told: this node, another one, or the carrier alone.' }),
  seq: z.int().optional().meta({ description: 'Of the event that says so.' }),
})

export function commandRoutes(parts: CallApiParts): FastifyPluginAsyncZod {
  const { store, desk, feed, epochMs } = parts

  async function tell(
    call: CallDetail,
    command: CallCommand,
    by: string,
  ): Promise<z.input<typeof takenSchema>> {
    const { id, tenant } = call
    const live = desk.live(id)
    if (live === undefined && (await toldCarrier(call, command))) return { call: id, where: 'carrier' }
    const kind = live === undefined ? 'asked' : 'commanded'
    const seq = await store.addEvent({
      call: id,
      tenant,
      atMs: epochMs(),
      kind,
      data: commandData(command, by),
    })
    if (live !== undefined) carryOut(live, command)
    feed.nudge()
    return { call: id, where: live === undefined ? 'elsewhere' : 'here', seq }
  }

  /** Nobody talks in it yet, or just now: no node would take the command. */
  async function toldCarrier(call: CallDetail, command: CallCommand): Promise<boolean> {
    if (command.do === 'hang-up') {
      if (call.status !== 'dialling' && (await desk.away(call)) === undefined) return false
      await desk.end(call, command.reason)
      return true
    }
    if (command.do !== 'hold' || command.on || (await desk.away(call)) !== 'hold') return false
    await desk.comeBack(call)
    return true
  }

  return async app => {
    app.post(
      '/api/calls/:id/commands',
      {
        bodyLimit: BODY_BYTES,
        schema: {
          ...about('calls', 'Tell a live call to do something'),
          description:
            'Answered once it is passed on; what came of it stands in the events of the call. It is done once, within ' +
            '30 s or not at all.',
          params: idParams,
          body: commandSchema,
          response: { 202: takenSchema, ...problems },
        },
      },
      async (request, reply) => {
        const { call, subject } = await callAndAsker(parts, request, 'calls:write')
        check(parts, call, request.body)
        return reply.code(202).send(await tell(call, request.body, subject))
      },
    )
  }
}

/** @throws ParleyError `call_over`, `conflict`, `not_found` for a transfer that the plan does not have */
function check({ agents, desk }: CallApiParts, call: CallDetail, command: CallCommand): void {
  if (finalStatuses.includes(call.status)) throw new ParleyError('call_over')
  if (call.status === 'scheduled' || call.status === 'queued')
    throw new ParleyError('conflict', 'The call is not under way; cancel it, or wait until somebody answers.')
  if (command.do === 'hang-up') return
  if (call.status === 'dialling' && desk.live(call.id) === undefined)
    throw new ParleyError('conflict', 'Nobody has answered yet; wait for in-progress, or hang up.')
  const { transfers, machine } = phonePlanOf(agents.choose(call.agent, call.language))
  if (command.do === 'transfer' && transfers[command.to] === undefined) {
    const known = Object.keys(transfers).join(', ') || 'none'
    throw new ParleyError('not_found', `The agent's plan has no such transfer; it has ${known}.`)
  }
  if (command.do === 'leave-message' && machine.message === undefined)
    throw new ParleyError('conflict', 'The agent’s plan has no message to leave; see `phone: machine:`.')
}

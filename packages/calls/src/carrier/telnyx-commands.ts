/**
 * Steps as commands of Telnyx's Call Control. A command begins something and returns at once, so only what takes no time is
 * followed by the next: what lasts carries the rest in its state, and the event of its end brings it back.
 */

import { ParleyError } from '@parley/core'
import type { AttemptId } from '../call.js'
import type { CallStep } from './carrier.js'
import { checkStreamUrl } from './document.js'
import { writeTelnyxState } from './telnyx-state.js'

export interface TelnyxCommand {
  /** The last part of `/v2/calls/{id}/actions/…`. */
  readonly action: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface TelnyxAbout {
  readonly carrierCall: string
  readonly attempt?: AttemptId
}

/** @throws ParleyError `bad_message` for what Telnyx has no command for */
export function telnyxCommands(steps: readonly CallStep[], about: TelnyxAbout): readonly TelnyxCommand[] {
  const commands: TelnyxCommand[] = []
  for (const [index, step] of steps.entries()) {
    // Where a stream ends, the event of that asks for what is next.
    const after = step.step === 'stream' ? [] : steps.slice(index + 1)
    const { command, lasts } = commandOf(step, about, after)
    commands.push(command)
    if (lasts) break
  }
  return commands
}

interface Made {
  readonly command: TelnyxCommand
  readonly lasts: boolean
}

function commandOf(step: CallStep, about: TelnyxAbout, after: readonly CallStep[]): Made {
  const mine = about.attempt === undefined ? {} : { attempt: about.attempt }
  // Without a name of ours what Telnyx holds of the call is left as it is.
  const state = about.attempt === undefined ? {} : { client_state: writeTelnyxState(mine) }
  const withRest = after.length === 0 ? state : { client_state: writeTelnyxState({ ...mine, rest: after }) }
  switch (step.step) {
    case 'stream':
      return lasting('streaming_start', { ...streamFields(step), ...state })
    case 'say':
      return lasting('speak', { payload: step.text, voice: 'female', language: step.language, ...withRest })
    case 'play':
      return lasting('playback_start', {
        audio_url: step.url,
        loop: step.times === 0 ? 'infinity' : (step.times ?? 1),
        ...withRest,
      })
    case 'dial':
      return lasting('transfer', {
        to: step.to,
        ...(step.from === '' ? {} : { from: step.from }),
        timeout_secs: Math.min(600, Math.max(5, Math.round(step.ringSeconds))),
        ...state,
        target_leg_client_state: writeTelnyxState({ ...mine, parent: about.carrierCall }),
      })
    case 'gather':
      return lasting('gather_using_speak', {
        payload: step.say ?? ' ',
        voice: 'female',
        language: step.language,
        minimum_digits: 1,
        maximum_digits: step.digits,
        maximum_tries: 1,
        timeout_millis: step.seconds * 1000,
        ...state,
      })
    case 'digits':
      return brief('send_dtmf', { digits: step.digits, ...state })
    case 'reject':
      return lasting('reject', { cause: step.reason === 'busy' ? 'USER_BUSY' : 'CALL_REJECTED', ...state })
    case 'hang-up':
      return lasting('hangup', state)
    case 'pause':
    case 'conference':
    case 'redirect':
      throw new ParleyError(
        'bad_message',
        `Telnyx has no command for the step "${step.step}"; its calls follow no documents.`,
        { details: { placed: 'no' } },
      )
    default:
      return step satisfies never
  }
}

function lasting(action: string, body: TelnyxCommand['body']): Made {
  return { command: { action, body }, lasts: true }
}

function brief(action: string, body: TelnyxCommand['body']): Made {
  return { command: { action, body }, lasts: false }
}

/** Fields of a stream, in `streaming_start` and `answer` alike. */
export function streamFields({
  url,
  parameters,
}: Extract<CallStep, { readonly step: 'stream' }>): Readonly<Record<string, unknown>> {
  checkStreamUrl(url)
  return {
    stream_url: url,
    stream_track: 'inbound_track',
    stream_bidirectional_mode: 'rtp',
    stream_bidirectional_codec: 'PCMU',
    custom_parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
  }
}

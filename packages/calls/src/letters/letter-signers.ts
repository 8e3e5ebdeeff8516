/** Address and secret of a letter from the plan of the agent that wrote it: neither stands in the outbox. */

import { fillSecrets, type Json, type SecretOf } from '@parley/core'
import type { AfterPlan } from '../after/after-plan.js'
import type { OutboxMessage } from '../store/call-store.js'
import type { LetterSigner } from './letter-sender.js'

export interface SignersOptions {
  planOf(agent: string): AfterPlan | undefined
  /** Of the environment, or wherever secrets are kept. */
  readonly secretOf: SecretOf
}

/** For `LetterSenderOptions.signerOf`. */
export function createSigners({
  planOf,
  secretOf,
}: SignersOptions): (letter: OutboxMessage) => LetterSigner | undefined {
  return ({ target, body }) => {
    const agent = agentOf(body)
    const webhook =
      agent === undefined ? undefined : planOf(agent)?.webhooks.find(({ url }) => url === target)
    if (webhook === undefined) return undefined
    return { url: fillSecrets(webhook.url, secretOf), secret: fillSecrets(webhook.secret, secretOf) }
  }
}

function agentOf(body: Json): string | undefined {
  const agent = typeof body === 'object' && body !== null && 'agent' in body ? body.agent : undefined
  return typeof agent === 'string' ? agent : undefined
}

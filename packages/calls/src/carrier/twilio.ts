/** Twilio, and the emulator in this repository, which speaks the same. */

import type { Carrier } from './carrier.js'
import type { CarrierWorld } from './carrier-world.js'
import { createLamlCarrier } from './laml-carrier.js'
import { baseOf, createLamlRest } from './laml-rest.js'

export interface TwilioOptions extends CarrierWorld {
  readonly name?: 'twilio' | 'emulator'
  /** `https://api.twilio.com` by default; with or without `/2010-04-01`. */
  readonly baseUrl?: string
  /** `AC…` */
  readonly account: string
  /** Signs requests, and authorises ours without an API key. */
  readonly authToken: string
  /** Authorises in the place of the token. */
  readonly apiKey?: { readonly sid: string; readonly secret: string }
}

const VERSION = '/2010-04-01'

export function createTwilioCarrier(options: TwilioOptions): Carrier {
  const { account, authToken, apiKey, name = 'twilio' } = options
  const title = name === 'twilio' ? 'Twilio' : 'The phone emulator'
  const who = {
    name: title,
    variables: `TWILIO_ACCOUNT_SID with ${apiKey === undefined ? 'TWILIO_AUTH_TOKEN' : 'TWILIO_API_KEY and TWILIO_API_SECRET'}`,
    secrets: [authToken],
  }
  const rest = createLamlRest(
    who,
    {
      baseUrl: baseOf(options.baseUrl ?? 'https://api.twilio.com', VERSION),
      user: apiKey?.sid ?? account,
      password: apiKey?.secret ?? authToken,
    },
    options,
  )
  return createLamlCarrier({
    name,
    who,
    rest,
    accountPath: `${VERSION}/Accounts/${encodeURIComponent(account)}`,
    dialect: {},
    signer: {
      keys: [authToken],
      headers: ['x-twilio-signature'],
      name: title,
      variable: 'TWILIO_AUTH_TOKEN',
    },
    can: { documents: true, sendsDigits: false, detectsMachines: true },
    takesDocuments: true,
  })
}

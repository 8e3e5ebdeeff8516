/** SignalWire by its interface after Twilio's (LaML, cXML): another base, its own signing key, codecs of its streams. */

import { ParleyError } from '@parley/core'
import type { Carrier } from './carrier.js'
import type { CarrierWorld } from './carrier-world.js'
import { createLamlCarrier } from './laml-carrier.js'
import { baseOf, createLamlRest } from './laml-rest.js'

export const signalWireCodecs = ['PCMU@8000h', 'L16@16000h', 'L16@24000h'] as const
export type SignalWireCodec = (typeof signalWireCodecs)[number]

export interface SignalWireOptions extends CarrierWorld {
  /** `https://{space}`, or another base with or without `/api/laml/2010-04-01`. One of the two is needed. */
  readonly baseUrl?: string
  /** `name.signalwire.com`, or the name alone. */
  readonly space?: string
  readonly project: string
  readonly token: string
  /** Without it every request is refused. */
  readonly signingKey?: string
  /** Of media streams, both ways; `PCMU@8000h` by default. */
  readonly codec?: SignalWireCodec
  /** Sent as `Authorization: Bearer` where a stream is opened; the edge must know it. */
  readonly streamBearer?: string
}

const VERSION = '/api/laml/2010-04-01'

/** @throws ParleyError `bad_config` without a space and a base URL */
export function createSignalWireCarrier(options: SignalWireOptions): Carrier {
  const { project, token, signingKey, codec, streamBearer } = options
  const who = {
    name: 'SignalWire',
    variables: 'SIGNALWIRE_SPACE, SIGNALWIRE_PROJECT_ID and SIGNALWIRE_TOKEN',
    secrets: [
      token,
      ...(signingKey === undefined ? [] : [signingKey]),
      ...(streamBearer === undefined ? [] : [streamBearer]),
    ],
  }
  const rest = createLamlRest(
    who,
    { baseUrl: baseOf(options.baseUrl ?? addressOf(options.space), VERSION), user: project, password: token },
    options,
  )
  return createLamlCarrier({
    name: 'signalwire',
    who,
    rest,
    accountPath: `${VERSION}/Accounts/${encodeURIComponent(project)}`,
    dialect: {
      stream: {
        ...(codec === undefined || codec === 'PCMU@8000h' ? {} : { codec }),
        realtime: 'true',
        ...(streamBearer === undefined ? {} : { authBearerToken: streamBearer }),
      },
    },
    signer: {
      keys: signingKey === undefined ? [] : [signingKey],
      headers: ['x-signalwire-signature', 'x-twilio-signature'],
      name: 'SignalWire',
      variable: 'SIGNALWIRE_SIGNING_KEY',
    },
    can: { documents: true, sendsDigits: true, detectsMachines: true },
    takesDocuments: false,
  })
}

function addressOf(space: string | undefined): string {
  const name = space?.replace(/^https?:\/\//, '').replace(/\/+$/, '')
  if (name === undefined || !/^[a-z0-9.-]+$/i.test(name))
    throw new ParleyError('bad_config', 'SIGNALWIRE_SPACE is missing; set it as in example.signalwire.com.')
  return `https://${name.includes('.') ? name : `${name}.signalwire.com`}`
}

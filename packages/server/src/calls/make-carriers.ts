/** The carriers that have an account in the settings, and who dials. */

import {
  type Carrier,
  type CarrierName,
  type CarrierWorld,
  createSignalWireCarrier,
  createTelnyxCarrier,
  createTwilioCarrier,
  signalWireCodecs,
} from '@parley/calls'
import { ParleyError } from '@parley/core'
import { isLoopbackHost } from '@parley/platform'
import type { Config } from '../config/settings.js'

type CarrierSettings = Pick<
  Config,
  | 'carrier'
  | 'host'
  | 'publicUrl'
  | 'twilioAccountSid'
  | 'twilioAuthToken'
  | 'twilioApiKey'
  | 'twilioApiSecret'
  | 'twilioBaseUrl'
  | 'signalwireProject'
  | 'signalwireToken'
  | 'signalwireSpace'
  | 'signalwireSigningKey'
  | 'signalwireBaseUrl'
  | 'signalwireCodec'
  | 'telnyxApiKey'
  | 'telnyxPublicKey'
  | 'telnyxConnectionId'
  | 'telnyxBaseUrl'
>

/** With an account; the emulator is not among them. @throws ParleyError `bad_config` */
export function makeCarriers(config: CarrierSettings, world: CarrierWorld): Map<CarrierName, Carrier> {
  const made = [twilio(config, world), signalWire(config, world), telnyx(config, world)]
  return new Map(made.filter(carrier => carrier !== undefined).map(carrier => [carrier.name, carrier]))
}

/** Who dials. @throws ParleyError `bad_config` for a carrier that has no account */
export function dialsWith(
  config: CarrierSettings,
  carriers: ReadonlyMap<CarrierName, Carrier>,
): CarrierName | 'none' {
  const { carrier } = config
  if (carrier === 'none' || carrier === 'emulator') return carrier
  if (carrier !== undefined) {
    if (carriers.has(carrier)) return carrier
    throw new ParleyError(
      'bad_config',
      `PARLEY_CARRIER is ${carrier}, which has no account; see docs/carriers.md.`,
    )
  }
  const [first] = carriers.keys()
  if (first !== undefined) return first
  const here = isLoopbackHost(config.host.includes(':') ? `[${config.host}]` : config.host)
  return here && config.publicUrl === undefined ? 'emulator' : 'none'
}

function twilio(config: CarrierSettings, world: CarrierWorld): Carrier | undefined {
  const {
    twilioAccountSid: account,
    twilioAuthToken: authToken,
    twilioApiKey: sid,
    twilioApiSecret: secret,
  } = config
  if (account === undefined || authToken === undefined) return undefined
  return createTwilioCarrier({
    ...world,
    account,
    authToken,
    baseUrl: config.twilioBaseUrl,
    ...(sid === undefined || secret === undefined ? {} : { apiKey: { sid, secret } }),
  })
}

function signalWire(config: CarrierSettings, world: CarrierWorld): Carrier | undefined {
  const { signalwireProject: project, signalwireToken: token, signalwireSpace: space } = config
  if (project === undefined || token === undefined) return undefined
  const { signalwireBaseUrl: baseUrl, signalwireSigningKey: signingKey } = config
  const codec = signalWireCodecs.find(each => each.toLowerCase() === config.signalwireCodec)
  return createSignalWireCarrier({
    ...world,
    project,
    token,
    ...(space === undefined ? {} : { space }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(signingKey === undefined ? {} : { signingKey }),
    ...(codec === undefined ? {} : { codec }),
  })
}

function telnyx(config: CarrierSettings, world: CarrierWorld): Carrier | undefined {
  const { telnyxApiKey: apiKey, telnyxPublicKey: publicKey, telnyxConnectionId: connectionId } = config
  if (apiKey === undefined) return undefined
  return createTelnyxCarrier({
    ...world,
    apiKey,
    baseUrl: config.telnyxBaseUrl,
    ...(publicKey === undefined ? {} : { publicKey }),
    ...(connectionId === undefined ? {} : { connectionId }),
  })
}

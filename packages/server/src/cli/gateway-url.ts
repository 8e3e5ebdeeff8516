import { ParleyError } from '@parley/core'

/** Which gateway a command talks to. */

/** Takes what people give: `https://host`, `ws://host:3000`, with or without the path. */
export function voiceUrl(given: string | undefined, port: number): string {
  if (given === undefined) return `ws://127.0.0.1:${port}/v1/voice`
  const full = /^\w+:\/\//.test(given) ? given : `ws://${given}`
  const fault = new ParleyError(
    'bad_config',
    `"${given}" is not an address; give for example --url ws://localhost:3000`,
  )
  if (!URL.canParse(full)) throw fault
  const url = new URL(full.replace(/^http/, 'ws'))
  if (!/^wss?:$/.test(url.protocol)) throw fault
  if (url.pathname === '/') url.pathname = '/v1/voice'
  return url.href
}

/** As `voiceUrl`, for telephones. */
export function handsetUrl(given: string | undefined, port: number): string {
  const url = new URL(voiceUrl(given, port))
  if (url.pathname === '/v1/voice') url.pathname = '/v1/handset'
  return url.href
}

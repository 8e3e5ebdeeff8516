/**
 * `parley demo`: a gateway on embedded defaults, one conversation with it over its real socket, and then the gateway
 * and its console for whoever wants to talk themselves.
 */

import { ParleyError, systemClock } from '@parley/core'
import type { Terminal } from '../cli/terminal.js'
import type { Config } from '../config/settings.js'
import type { Log } from '../log/log.js'
import type { SettingsInForce } from '../serve.js'
import { type RunningGateway, startGateway } from '../start-gateway.js'
import { type TalkResult, talk } from '../talk/talk.js'
import { createTalkPrinter } from '../talk/talk-printer.js'
import { type DemoLanguage, demoCall } from './demo-call.js'

export interface DemoOptions {
  readonly config: Config
  readonly settings?: SettingsInForce
  readonly log: Log
  readonly version: string
  readonly terminal: Terminal
  readonly language: DemoLanguage
  /** Whether the gateway goes on after the conversation. */
  readonly stays: boolean
  /** Prints one JSON document about the conversation instead of lines. */
  readonly json: boolean
}

/** Resolves with the gateway, which is left running. */
export async function runDemo(options: DemoOptions): Promise<RunningGateway> {
  const { terminal, json } = options
  const say = (line: string): void => {
    if (!json) terminal.print(line)
  }
  say(terminal.paint.heading(`Parley ${options.version}`))
  const startedAt = systemClock.now()
  const gateway = await startOnFreePort(options)
  const [url = ''] = gateway.urls
  say(`gateway    ${url}, after ${((systemClock.now() - startedAt) / 1000).toFixed(1)} s`)
  say(`database   ${gateway.parts.store.kind}, ${gateway.parts.config.dataDir}`)
  for (const notice of gateway.notices) say(notice.replace(/^(\w+): /, (_, name: string) => name.padEnd(11)))
  say('')
  try {
    const result = await converse(options, url, gateway)
    if (json) terminal.print(JSON.stringify({ url, ...summaryOf(result) }, null, 2))
    say('')
    say(`The conversation is stored: ${url}/api/sessions/${result.session}`)
    if (options.stays) {
      const stop = terminal.paint.faint('Ctrl-C stops the gateway.')
      say(`${terminal.paint.heading(`Talk yourself: ${url} in a browser.`)} ${stop}`)
    }
    return gateway
  } catch (error) {
    await gateway.lifecycle.stop('the demo failed')
    throw error
  }
}

/** A demo should not fail because something else uses the port: then any free one does. */
async function startOnFreePort({
  config,
  log,
  version,
  terminal,
  json,
  settings,
}: DemoOptions): Promise<RunningGateway> {
  const facts = settings === undefined ? {} : { settings }
  try {
    return await startGateway({ ...facts, config, log, version })
  } catch (error) {
    if (!(error instanceof ParleyError) || error.code !== 'port_in_use') throw error
    if (!json) terminal.print(terminal.paint.warning(`port ${config.port} is in use, another one is taken`))
    return startGateway({ ...facts, config: { ...config, port: 0 }, log, version })
  }
}

async function converse(options: DemoOptions, url: string, gateway: RunningGateway): Promise<TalkResult> {
  const { terminal, language, json } = options
  const heard = language === 'en' && gateway.notices.some(notice => notice.startsWith('recogniser:'))
  const how = heard
    ? 'A recorded human voice calls.'
    : 'A caller types, because nobody can be heard in this language here.'
  if (!json) terminal.print(terminal.paint.faint(how))
  return talk({
    url: `${url.replace('http', 'ws')}/v1/voice`,
    clock: systemClock,
    say: await demoCall(language, heard),
    language,
    answerMs: 20_000,
    ...(json ? {} : { onMessage: createTalkPrinter(terminal) }),
  })
}

function summaryOf({ session, turns, warnings }: TalkResult): object {
  return { session, turns, warnings }
}

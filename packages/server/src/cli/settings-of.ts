import { ParleyError } from '@parley/core'
import { readEnvironment } from '../config/environment.js'
import { problemText } from '../config/report.js'
import { hasErrors, type Resolution, resolveConfig } from '../config/resolve.js'
import type { Config } from '../config/settings.js'
import type { Terminal } from './terminal.js'

/** The settings a command works with. Warnings go to stderr. @throws ParleyError `bad_config` with every error. */
export function settingsOf(terminal: Terminal): Config {
  return goodSettings(terminal).config
}

/** The same with where each setting came from. @throws as `settingsOf` */
export function goodSettings(terminal: Terminal): Resolution {
  const resolution = resolutionOf(terminal)
  const { problems } = resolution
  if (hasErrors(resolution)) {
    const errors = problems.filter(({ level }) => level === 'error')
    throw new ParleyError('bad_config', errors.map(problemText).join('\n'))
  }
  for (const problem of problems)
    terminal.complain(`${terminal.paint.warning('warning')}: ${problemText(problem)}`)
  return resolution
}

export function resolutionOf({ env, folder }: Terminal): Resolution {
  return resolveConfig(readEnvironment(env, folder))
}

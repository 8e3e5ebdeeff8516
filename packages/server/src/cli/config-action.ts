import { configReport } from '../config/report.js'
import { hasErrors } from '../config/resolve.js'
import { checkAssembly } from '../gateway/check-assembly.js'
import { type ExitCode, exitCodes } from './exit-codes.js'
import { resolutionOf } from './settings-of.js'
import type { Terminal } from './terminal.js'

/** What `parley config check` does. */
export function runConfigCheck(terminal: Terminal, json: boolean): ExitCode {
  const settings = resolutionOf(terminal)
  const resolution = { ...settings, problems: [...settings.problems, ...checkAssembly(settings.config)] }
  const { resolved, problems } = resolution
  const ok = !hasErrors(resolution)
  if (json) terminal.print(JSON.stringify({ ok, settings: resolved, problems }, null, 2))
  else for (const line of configReport(resolution, terminal.paint)) terminal.print(line)
  return ok ? exitCodes.ok : exitCodes.usage
}

import type { Command } from 'commander'
import { configReport } from '../config/report.js'
import { hasErrors } from '../config/resolve.js'
import { type ExitCode, exitCodes } from './exit-codes.js'
import { resolutionOf } from './settings-of.js'
import type { Terminal } from './terminal.js'

/** `parley config check`: every setting as it is, where it came from, and everything wrong with it. */
export function addConfigCommand(program: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  const config = program.command('config').description('look at the settings')
  config
    .command('check')
    .description('show every setting and name everything wrong; exit 2 when something is')
    .option('--json', 'as one JSON document')
    .action(async ({ json }: { json?: true }) => {
      const settings = resolutionOf(terminal)
      // Loaded when needed: vendors take their time.
      const { checkAssembly } = await import('../gateway/check-assembly.js')
      const resolution = { ...settings, problems: [...settings.problems, ...checkAssembly(settings.config)] }
      const { resolved, problems } = resolution
      const ok = !hasErrors(resolution)
      if (json) terminal.print(JSON.stringify({ ok, settings: resolved, problems }, null, 2))
      else for (const line of configReport(resolution, terminal.paint)) terminal.print(line)
      end(ok ? exitCodes.ok : exitCodes.usage)
    })
}

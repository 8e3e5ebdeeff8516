import { createProsodyAnalyser } from '@parley/audio'
import { createProgressLine } from '../prosody-report/progress.js'
import { runProsodyReport } from '../prosody-report/run-prosody-report.js'
import type { ProsodyFlags } from './prosody-command.js'
import type { Terminal } from './terminal.js'

/** What `parley prosody` does. @throws ParleyError as `runProsodyReport` */
export async function runProsody(
  path: string,
  flags: ProsodyFlags,
  terminal: Terminal,
  host: NodeJS.Process,
): Promise<void> {
  let stopped = false
  const stop = () => {
    stopped = true
    // Waiting for more of a live recording would wait for ever.
    if (path === '-') host.stdin.destroy()
  }
  // Whoever read the rows has enough of them (`| head`).
  host.stdout.once('error', stop)
  host.once('SIGINT', stop)
  try {
    const { frameSize, hopSize, accurate } = flags
    await runProsodyReport(
      {
        path,
        rawRate: flags.rate,
        channel: flags.channel,
        analysis: {
          ...(frameSize === undefined ? {} : { frameSize }),
          ...(hopSize === undefined ? {} : { hopSize }),
          ...(accurate ? { manner: 'accurate' } : {}),
        },
        json: flags.json === true,
        frames: flags.frames === true,
        csvFile: flags.csv,
        svgFile: flags.svg,
        unit: flags.unit,
      },
      {
        terminal,
        stdin: host.stdin,
        columns: host.stdout.columns && Math.min(200, Math.max(40, host.stdout.columns)),
        progress: createProgressLine(host.stderr),
        stopped: () => stopped,
        analyserFor: createProsodyAnalyser,
      },
    )
  } finally {
    host.stdout.off('error', stop)
    host.off('SIGINT', stop)
  }
}

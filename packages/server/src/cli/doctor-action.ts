import { problemText } from '../config/report.js'
import { type Finding, fail, reasonOf, warn } from '../doctor/finding.js'
import { createLog, type Log } from '../log/log.js'
import { type ExitCode, exitCodes } from './exit-codes.js'
import { resolutionOf } from './settings-of.js'
import type { Terminal } from './terminal.js'

/** What `parley doctor` does. */
export async function runDoctor(terminal: Terminal, json: boolean): Promise<ExitCode> {
  const findings = await examine(terminal)
  const failed = findings.some(({ level }) => level === 'fail')
  if (json) terminal.print(JSON.stringify({ ok: !failed, findings }, null, 2))
  else for (const line of report(findings, terminal)) terminal.print(line)
  return failed ? exitCodes.failure : exitCodes.ok
}

async function examine(terminal: Terminal): Promise<Finding[]> {
  const { config, problems } = resolutionOf(terminal)
  const complaints = { write: (line: string) => terminal.complain(line.trimEnd()) }
  const log = createLog({ config: { ...config, logLevel: 'error' }, out: complaints, err: complaints })
  // Loaded when needed: nothing else of this command line wants speech or a database.
  const [machine, services, vendors, webrtc] = await Promise.all([
    import('../doctor/machine.js'),
    import('../doctor/services.js'),
    import('../doctor/vendors.js'),
    import('../doctor/webrtc.js'),
  ])
  const groups = await Promise.all([
    problems.map(problem => (problem.level === 'error' ? fail : warn)('setting', problemText(problem), '')),
    machine.checkNode(process.version),
    machine.checkCores(),
    machine.checkMemory(),
    machine.checkDataFolder(config.dataDir),
    services.checkPostgres(config.databaseUrl, log),
    services.checkRedis(config.redisUrl),
    vendors.checkVendors(config),
    speech(log),
    webrtc.checkWebRtc(),
    machine.checkPorts(config),
    machine.checkBrowser(terminal.env.PATH ?? ''),
  ])
  return groups.flat()
}

/** A broken installation is what a doctor is for: that its parts do not even load is a finding. */
async function speech(log: Log): Promise<Finding[]> {
  try {
    const { checkSpeech } = await import('../doctor/speech.js')
    return await checkSpeech(log)
  } catch (error) {
    return [fail('speech', reasonOf(error), 'Install again: `npm install`, then `npm run build`.')]
  }
}

function report(findings: readonly Finding[], { paint }: Terminal): string[] {
  const width = Math.max(...findings.map(({ name }) => name.length))
  const marks = { ok: paint.good('ok  '), warn: paint.warning('warn'), fail: paint.error('fail') }
  return findings.map(({ name, level, says, cure }) => {
    const advice = cure ? ` ${paint.faint(`→ ${cure}`)}` : ''
    return `${marks[level]}  ${name.padEnd(width)}  ${says}${advice}`
  })
}

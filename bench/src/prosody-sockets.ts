/**
 * What sockets of `/prosody` at the pace of time cost a gateway: lateness of each frame after its last sample was sent,
 * the gateway's CPU for a frame, memory for a socket.
 *
 *   npx tsc -b bench && node bench/dist/prosody-sockets.js [--sockets 100,500] [--seconds 20] [--chunk-ms 20] [--json]
 *
 * The gateway and the clients are processes of their own on this machine; the clients send a human voice.
 */
import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startGatewayProcess } from './gateway/gateway-process.js'
import type { SpeakersReport, SpeakersTask } from './prosody-sockets/speakers.js'

const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '100,500' },
    seconds: { type: 'string', default: '20' },
    'chunk-ms': { type: 'string', default: '20' },
    json: { type: 'boolean', default: false },
  },
})

const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'))
try {
  const loads = []
  for (const sockets of values.sockets.split(',').map(Number)) loads.push(await measure(sockets))
  report(loads)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function measure(sockets: number) {
  const gateway = await startGatewayProcess(join(folder, String(sockets)))
  try {
    // What the start still does behind it is none of the sockets' business.
    await sleep(3_000)
    const emptyMb = gateway.memoryMb()
    const before = { cpuMs: 0, atMs: 0 }
    const after = { cpuMs: 0, atMs: 0 }
    let openMb = 0
    const seconds = Number(values.seconds)
    const task: SpeakersTask = { url: gateway.url, sockets, seconds, chunkMs: Number(values['chunk-ms']) }
    const done = await speak(task, kind => {
      if (kind === 'open') openMb = gateway.memoryMb()
      const mark = kind === 'sent' ? after : before
      mark.cpuMs = gateway.cpuMs()
      mark.atMs = performance.now()
    })
    const cpuMs = after.cpuMs - before.cpuMs
    const wallMs = after.atMs - before.atMs
    const busyMb = gateway.memoryMb()
    const page = await (await fetch(`${gateway.url}/metrics`)).text()
    return {
      sockets,
      seconds,
      frames: done.frames,
      dueFrames: Math.round((sockets * seconds * 16_000) / 512),
      voicedShare: done.voiced / done.frames,
      lateMs: done.lateMs,
      sendLateMs: done.sendLateMs,
      gatewayCores: cpuMs / wallMs,
      cpuUsPerFrame: (cpuMs * 1000) / done.frames,
      openKbPerSocket: ((openMb - emptyMb) * 1000) / sockets,
      busyKbPerSocket: ((busyMb - emptyMb) * 1000) / sockets,
      loopP99Ms: Number(/^nodejs_eventloop_lag_p99_seconds (\S+)/m.exec(page)?.[1]) * 1000,
    }
  } finally {
    await gateway.stop()
  }
}

type Done = Extract<SpeakersReport, { kind: 'done' }>

function speak(task: SpeakersTask, onStep: (kind: 'open' | 'warm' | 'sent') => void): Promise<Done> {
  const child = fork(fileURLToPath(new URL('./prosody-sockets/speakers.js', import.meta.url)))
  return new Promise<Done>((resolve, reject) => {
    child.once('exit', () => reject(new Error('the clients ended before their time')))
    child.on('message', (report: SpeakersReport) => {
      if (report.kind !== 'done') return onStep(report.kind)
      resolve(report)
      child.kill()
    })
    child.send(task)
  })
}

function report(loads: readonly Awaited<ReturnType<typeof measure>>[]): void {
  const command = `node bench/dist/prosody-sockets.js --sockets ${values.sockets} --seconds ${values.seconds} --chunk-ms ${values['chunk-ms']}`
  const machine = `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`
  if (values.json) return console.log(JSON.stringify({ command, machine, loads }, null, 2))
  console.log(`${command}\n${machine}`)
  for (const load of loads) {
    const { lateMs, sendLateMs } = load
    const late = ({ p50, p99, max }: typeof lateMs) =>
      `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, max ${max.toFixed(0)} ms`
    if (sendLateMs.p99 > 2 * Number(values['chunk-ms']))
      console.log(
        '\nThe clients did not keep the pace of time: this machine is too busy to measure the gateway.',
      )
    console.log(`
${load.sockets} sockets for ${load.seconds} s: ${load.frames} frames of ${load.dueFrames} due (${(load.voicedShare * 100).toFixed(0)} % voiced)
  frame after its last sample was sent   ${late(lateMs)} (the clients sent late by ${late(sendLateMs)})
  gateway   ${load.gatewayCores.toFixed(2)} cores, ${load.cpuUsPerFrame.toFixed(0)} µs a frame with its share of receiving and sending; event loop late p99 ${load.loopP99Ms.toFixed(1)} ms
  memory    ${load.openKbPerSocket.toFixed(0)} KB a socket open, ${load.busyKbPerSocket.toFixed(0)} KB busy`)
  }
}
